import { framed } from "./request-shape.ts";

/**
 * Writes a value as one text that no different value shares. Objects are written by what they hold, whatever the order
 * of their members; a member that is `undefined` counts as absent.
 *
 * @param place names the value in errors.
 * @throws TypeError naming the place of what holds more than can be written: a function, a class's instance, a cycle.
 */
export function writtenValue(value: unknown, place: string): string {
  return write(value, place, []);
}

/** Finds the signal of a call: an argument, or the member `signal` of a plain object among the arguments. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  for (const argument of args) {
    const signal = isPlain(argument) ? argument.signal : argument;
    if (signal instanceof AbortSignal) return signal;
  }
  return undefined;
}

/** Puts another signal, or none, in the place of the caller's. */
export function withSignal(args: readonly unknown[], signal: AbortSignal | undefined): unknown[] {
  return args.map((argument) => {
    if (argument instanceof AbortSignal) return signal;
    if (!isPlain(argument) || !(argument.signal instanceof AbortSignal)) return argument;
    return { ...argument, signal };
  });
}

/** Copies what {@link writtenValue} can write, so that the caller may change its own afterwards. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Date) return new Date(value);
  if (value instanceof URL) return new URL(value);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copied(member)]));
}

function write(value: unknown, place: string, within: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return `s${framed(value)}`;
    case "object":
      return value === null ? "null" : writeObject(value, place, within);
    case "function":
    case "symbol":
      throw unwritable(place, `a ${typeof value}`);
    default:
      return `${typeof value} ${value};`;
  }
}

function writeObject(value: object, place: string, within: readonly object[]): string {
  if (within.includes(value)) throw unwritable(place, "an object that holds itself");
  if (value instanceof Date) return `date ${value.getTime()};`;
  if (value instanceof URL) return `url${framed(value.href)}`;
  const inner = [...within, value];
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, i) => write(item, `${place}[${i}]`, inner));
    return `list${items.length}:${items.join("")}`;
  }
  if (!isPlain(value)) throw unwritable(place, `an instance of ${value.constructor?.name}`);
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw unwritable(place, "an object with members that are named by symbols");
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => framed(name) + write(member, `${place}.${name}`, inner));
  return `object${members.length}:${members.join("")}`;
}

/** Also where another realm made it. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unwritable(place: string, what: string): TypeError {
  return new TypeError(
    `Cannot tell calls apart: ${place} is ${what}; the option "key" can say what counts`,
  );
}
