import { kindOf } from "./plain-object.ts";

/** The numbers that an option accepts. */
export interface NumberRule extends OptionContext {
  readonly min: number;
  readonly max: number;
  /** Whether only whole numbers are accepted. Default `false`. */
  readonly whole?: boolean;
}

/** The longest delay of a timer, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks an option that must be a number, and returns it.
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
 * Checks an option that must be a string and not blank, and returns it.
 *
 * @throws TypeError naming the option. The message does not show the string, since it may be a secret.
 */
export function textOption(value: unknown, { option, doing }: OptionContext): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = typeof value === "string" ? "blank" : kindOf(value);
  throw new TypeError(
    `Cannot ${doing}: "${option}" must be a string that is not blank, and is ${found}`,
  );
}

/** The option that is checked, and the purpose for the message. */
export interface OptionContext {
  /** The name of the option, as the caller writes it. */
  readonly option: string;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/**
 * Checks an option that must be a signal or left out, and returns it. A signal of another realm or of a polyfill is accepted, so
 * this is not an `instanceof` check.
 *
 * @throws TypeError naming the option.
 */
export function signalOption<S>(value: S, { option, doing }: OptionContext): S {
  if (value === undefined || isSignal(value)) return value;
  throw new TypeError(`Cannot ${doing}: "${option}" must be an AbortSignal, not ${kindOf(value)}`);
}

function isSignal(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value
  );
}

/**
 * Checks an option that must be a function or left out, and returns it.
 *
 * @throws TypeError naming the option.
 */
export function functionOption<F>(value: F, { option, doing }: OptionContext): F {
  if (value === undefined || typeof value === "function") return value;
  throw new TypeError(`Cannot ${doing}: "${option}" must be a function, not ${kindOf(value)}`);
}
