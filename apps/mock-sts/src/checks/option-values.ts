/** An option that is checked, as an error names it. */
export interface CheckedOption {
  /** How the message begins: `Cannot …:`. */
  readonly start: string;
  readonly name: string;
}

/** Tells whether a value is not a text, or has no visible character. */
export function isBlank(value: unknown): boolean {
  return typeof value !== "string" || value.trim() === "";
}

/**
 * Checks that an option is a text that is not blank.
 *
 * @throws TypeError naming the option.
 */
export function checkText(value: string, { start, name }: CheckedOption): string {
  if (!isBlank(value)) return value;
  throw new TypeError(`${start} "${name}" must be a string that is not blank`);
}

/**
 * Checks that an option is the name of a header, a token of RFC 9110 §5.1; `undefined` passes.
 *
 * @throws TypeError naming the option.
 */
export function checkHeaderName(
  value: string | undefined,
  { start, name }: CheckedOption,
): string | undefined {
  if (value === undefined || /^[\w!#$%&'*+.^`|~-]+$/.test(value)) return value;
  throw new TypeError(`${start} "${name}" must be the name of a header`);
}

/** The integers that an option allows, both ends included. */
export interface IntegerRange {
  /** Default: the lowest safe integer. */
  readonly min?: number;
  /** Default: the highest safe integer. */
  readonly max?: number;
}

/**
 * Checks that an option is an integer within a range.
 *
 * @throws RangeError naming the option, the range and the value.
 */
export function checkInteger(
  value: number,
  { start, name, ...range }: CheckedOption & IntegerRange,
): number {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${start} "${name}" must be ${describeRange(range)}, got ${value}`);
}

function describeRange({ min, max }: IntegerRange): string {
  if (max !== undefined) return `an integer from ${min} to ${max}`;
  return min === 1 ? "a positive integer" : "an integer";
}

/**
 * Checks that an option is one of several words; `undefined` passes.
 *
 * @throws TypeError naming the option and the words.
 */
export function checkChoice(
  value: string | undefined,
  { start, name, choices }: CheckedOption & { readonly choices: readonly string[] },
): void {
  if (value === undefined || choices.includes(value)) return;
  throw new TypeError(`${start} "${name}" must be one of ${choices.join(", ")}`);
}

/** Tells whether a text is a lower-case label of a host name (RFC 1123 §2.1). */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
