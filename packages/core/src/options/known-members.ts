import { nearestName } from "./nearest-name.ts";
import { isPlainObject, kindOf } from "./plain-object.ts";

type AllKeys<O> = O extends unknown ? keyof O : never;

/** The names of all options of `O`, of each alternative if it is a union. The compiler refuses a list that misses one. */
export type OptionNames<O> = { readonly [N in AllKeys<O> & string]: true };

/** What {@link checkOptions} says if it refuses something. */
export interface CheckOptionsContext {
  /** Completes "Cannot …". */
  readonly doing: string;
  /** Every name that an option may have. */
  readonly names: Readonly<Record<string, true>>;
  /** How the object is called in the error. Default `"the options"`. */
  readonly what?: string;
  /** How a member is called in the error. Default `"option"`. */
  readonly member?: string;
}

/**
 * Refuses options that are not a plain object, and names that no option has: a misspelt option would be ignored without
 * a word. `undefined` passes; a member that is `undefined` counts as given, since its name is wrong all the same.
 *
 * @throws TypeError naming what came, or the unknown name and the nearest known one.
 */
export function checkOptions(options: unknown, context: CheckOptionsContext): void {
  if (options === undefined) return;
  const { doing, names, what = "the options", member = "option" } = context;
  if (!isPlainObject(options)) {
    throw new TypeError(
      `Cannot ${doing}: ${what} must be a plain object, not ${kindOf(options)}; it takes ${listed(Object.keys(names))}`,
    );
  }
  for (const name of Reflect.ownKeys(options)) {
    if (typeof name === "string" && Object.hasOwn(names, name)) continue;
    throw new TypeError(
      `Cannot ${doing}: ${unknownName(String(name), { known: Object.keys(names), member })}`,
    );
  }
}

/** Returns those members that `names` lists, for a factory that hands a part of its options on. */
export function pickOptions<O extends object>(
  options: object,
  names: OptionNames<O>,
): { -readonly [N in keyof O]: O[N] } {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(names, name)),
  ) as O;
}

/** Says that there is no such name, and which one was probably meant. */
export function unknownName(
  name: string,
  { known, member }: { known: readonly string[]; member: string },
): string {
  const nearest = nearestName(name, known);
  const advice =
    nearest === undefined
      ? `there are ${listed(known)}`
      : `did you mean ${JSON.stringify(nearest)}?`;
  return `there is no ${member} ${JSON.stringify(name.slice(0, MAX_SHOWN))}; ${advice}`;
}

/** A name that is longer is a value in the wrong place. */
const MAX_SHOWN = 40;

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
