import { type FieldKind, violationOf } from "./field-kinds.ts";
import { isPlainObject } from "./is-record.ts";
import { didYouMean } from "./nearest-name.ts";

/** The kinds of all fields of `T`. The compiler refuses a list that misses one, and a wrong kind. */
export type FieldKinds<T> = {
  readonly [K in keyof T & string]-?: KindOf<Exclude<T[K], undefined>>;
};

type KindOf<V> = [V] extends [boolean]
  ? "flag"
  : [V] extends [number]
    ? "number"
    : [V] extends [string]
      ? "text" | "prose"
      : [V] extends [readonly string[]]
        ? "texts"
        : [V] extends [string | readonly string[]]
          ? "text or texts"
          : [V] extends [readonly unknown[]]
            ? "list"
            : [V] extends [(...args: never[]) => unknown]
              ? "function"
              : "members" | "other";

/** The words that {@link checkFields} refuses a value with. */
export interface CheckFieldsContext {
  /** How the message begins: `Cannot …:`. */
  readonly start: string;
  /** Every name that a field may have, with the kind of its values. */
  readonly names: Readonly<Record<string, FieldKind>>;
  /** How a field is called. Default `option`. */
  readonly field?: string;
}

/** A longer name is a value in the wrong place, and might be secret. */
const MAX_SHOWN = 40;

/**
 * Refuses a value that is not a plain object, unknown names, and values of another kind: with a
 * misspelt option, the default would apply unnoticed. `undefined` passes, also as a value.
 *
 * @throws TypeError naming the first wrong field; for an unknown one, the one that was probably meant.
 */
export function checkFields(
  given: unknown,
  { start, names, field = "option" }: CheckFieldsContext,
): void {
  if (given === undefined) return;
  if (!isPlainObject(given)) {
    const known = Object.keys(names).join(", ");
    throw new TypeError(`${start} the ${field}s must be a plain object; it takes ${known}`);
  }
  for (const key of Reflect.ownKeys(given)) {
    if (typeof key === "string" && Object.hasOwn(names, key)) {
      const value: unknown = Reflect.get(given, key);
      const violation = value === undefined ? undefined : violationOf(value, names[key] ?? "other");
      if (violation === undefined) continue;
      const name = field === "option" ? JSON.stringify(key) : `${field} ${JSON.stringify(key)}`;
      throw new TypeError(`${start} ${name} must be ${violation}`);
    }
    const name = String(key).slice(0, MAX_SHOWN);
    const asked = didYouMean(name, Object.keys(names));
    throw new TypeError(`${start} unknown ${field} ${JSON.stringify(name)}${asked}`);
  }
}
