import { nearestName } from "./nearest-name.ts";
import { signalOption } from "./option-values.ts";
import { isPlainObject, kindOf } from "./plain-object.ts";

type AllKeys<O> = O extends unknown ? keyof O : never;

/** The names of all options of `O`; for a union, those of each alternative. The compiler refuses an incomplete list. */
export type OptionNames<O> = { readonly [N in AllKeys<O> & string]: true };

/** The known names, and the words for the message of {@link checkOptions}. */
export interface CheckOptionsContext {
  /** Completes "Cannot …". */
  readonly doing: string;
  /** All known names. */
  readonly names: Readonly<Record<string, true>>;
  /** The word for the object in the message. Default `"the options"`. */
  readonly what?: string;
  /** The word for a member in the message. Default `"option"`. */
  readonly member?: string;
  /** Whether `undefined` is refused too. Default `false`. */
  readonly required?: boolean;
}

/**
 * Refuses options that are not a plain object, and options with an unknown name, so that a misspelt option is not silently
 * ignored. `undefined` in place of the options is accepted unless they are `required`. An unknown name is refused even if its
 * value is `undefined`. An option `signal` must be a signal: many functions take one, and each would fail far from here.
 *
 * @throws TypeError that says what the value is, or names the unknown name and the nearest known name.
 */
export function checkOptions(options: unknown, context: CheckOptionsContext): void {
  const { doing, names, what = "the options", member = "option", required = false } = context;
  if (options === undefined && !required) return;
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
  if ("signal" in options) signalOption(options.signal, { option: "signal", doing });
}

/** Returns the members that `names` lists, for a factory that passes on a part of its options. */
export function pickOptions<O extends object>(
  options: object,
  names: OptionNames<O>,
): { -readonly [N in keyof O]: O[N] } {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => Object.hasOwn(names, name)),
  ) as O;
}

/** Returns the message for an unknown name, with the known name that was probably meant. */
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

/** A longer name is probably a value in the wrong place. */
const MAX_SHOWN = 40;

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
