import { didYouMean } from "./nearest-name.ts";

/** The names of all fields of `T`. The compiler refuses a list that misses one. */
export type KnownNames<T> = Readonly<Record<keyof T & string, true>>;

/** The words that {@link checkNames} refuses a value with. */
export interface CheckNamesContext {
  /** How the message begins: `Cannot …:`. */
  readonly start: string;
  /** Every name that a field may have. */
  readonly names: Readonly<Record<string, true>>;
  /** How a field is called. Default `option`. */
  readonly field?: string;
}

/** A longer name is a value in the wrong place, and might be secret. */
const MAX_SHOWN = 40;

/**
 * Refuses a value that is not a plain object, and unknown names: with a misspelt option, the
 * default would apply unnoticed. `undefined` passes.
 *
 * @throws TypeError naming the first unknown field, and the one that was probably meant.
 */
export function checkNames(
  given: unknown,
  { start, names, field = "option" }: CheckNamesContext,
): void {
  if (given === undefined) return;
  if (!isPlainObject(given)) {
    const known = Object.keys(names).join(", ");
    throw new TypeError(`${start} the ${field}s must be a plain object; it takes ${known}`);
  }
  for (const key of Reflect.ownKeys(given)) {
    if (typeof key === "string" && Object.hasOwn(names, key)) continue;
    const name = String(key).slice(0, MAX_SHOWN);
    const asked = didYouMean(name, Object.keys(names));
    throw new TypeError(`${start} unknown ${field} ${JSON.stringify(name)}${asked}`);
  }
}

/** Tells whether a value is a plain object, also one of another realm; an instance of a class is not. */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
