import { kindOf } from "./plain-object.ts";

/** Which numbers an option may have. */
export interface NumberRule extends OptionContext {
  readonly min: number;
  readonly max: number;
  /** Whether only whole numbers will do. Default `false`. */
  readonly whole?: boolean;
}

/** The longest time that a timer can count, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns a number that an option may have.
 *
 * @throws TypeError | RangeError naming the option.
 */
export function numberOption(value: unknown, rule: NumberRule): number {
  const { option, doing, min, max, whole = false } = rule;
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${doing}: "${option}" must be a number, not ${kindOf(value)}`);
  }
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw new RangeError(
    `Cannot ${doing}: "${option}" must be ${kind} from ${min} to ${max}, not ${value}`,
  );
}

/**
 * Returns a text that is not blank.
 *
 * @throws TypeError naming the option. The text is not shown: it may be a secret.
 */
export function textOption(value: unknown, { option, doing }: OptionContext): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = typeof value === "string" ? "blank" : kindOf(value);
  throw new TypeError(
    `Cannot ${doing}: "${option}" must be a string that is not blank, and is ${found}`,
  );
}

/** Which option is checked, and for what. */
export interface OptionContext {
  /** Its name, as the caller writes it. */
  readonly option: string;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/**
 * Returns a function, or `undefined` if the option is left out.
 *
 * @throws TypeError naming the option.
 */
export function functionOption<F>(value: F, { option, doing }: OptionContext): F {
  if (value === undefined || typeof value === "function") return value;
  throw new TypeError(`Cannot ${doing}: "${option}" must be a function, not ${kindOf(value)}`);
}
