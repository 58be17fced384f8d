/** The checks of what callers hand to a store, alike for every engine. */

import { MAX_TIMER_MS, numberOption, textOption } from "../options/option-values.ts";
import type { StoreLeaseOptions, StoreReadOptions, StoreWriteOptions } from "./shared-store.ts";

/** Lifetimes above this are a mistake of unit: a hundred years, in milliseconds. */
const MAX_LIFETIME_MS = 100 * 365 * 24 * 3_600_000;

/**
 * Checks the name of a record or a mark.
 *
 * @throws TypeError that names the argument.
 */
export function checkStoreName(name: unknown, what: "key" | "mark"): void {
  textOption(name, { option: what, doing: "use the store" });
}

/**
 * Checks how long a lease or a mark is to last, in milliseconds.
 *
 * @throws TypeError | RangeError that names the option.
 */
export function checkDuration({ forMs }: StoreLeaseOptions, doing: string): void {
  numberOption(forMs, { option: "forMs", doing, min: 1, max: MAX_TIMER_MS });
}

/**
 * Checks the marks of a read or a write.
 *
 * @throws TypeError that names the option.
 */
export function checkMarks({ marks = [] }: StoreReadOptions): void {
  if (!Array.isArray(marks)) throw new TypeError('Cannot use the store: "marks" must be a list');
  for (const mark of marks) checkStoreName(mark, "mark");
}

/**
 * Checks the value and the options of a write.
 *
 * @throws TypeError | RangeError that names the argument. The message does not show the value.
 */
export function checkWrite(value: unknown, options: StoreWriteOptions): void {
  const doing = "write to the store";
  textOption(value, { option: "value", doing });
  const whole = { doing, min: 0, max: Number.MAX_SAFE_INTEGER, whole: true };
  numberOption(options.version, { ...whole, option: "version" });
  if (options.fence !== undefined) numberOption(options.fence, { ...whole, option: "fence" });
  if (options.since !== undefined) numberOption(options.since, { ...whole, option: "since" });
  if (options.lifetimeMs !== undefined) {
    numberOption(options.lifetimeMs, { doing, option: "lifetimeMs", min: 1, max: MAX_LIFETIME_MS });
  }
  checkMarks(options);
}
