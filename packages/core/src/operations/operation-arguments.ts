import { isPlainObject } from "../options/plain-object.ts";
import { ValueWriter } from "./value-writer.ts";

/**
 * Writes a value as one string; different values give different strings. The order of an object's members does not matter, and a
 * member that is `undefined` counts as absent.
 *
 * @param place names the value in errors.
 * @throws TypeError if a part of the value cannot be written (a function, an instance of a class, a cycle), or if the value is too
 * large. The message names the place of the part.
 */
export function writtenValue(value: unknown, place: string): string {
  return new ValueWriter(place).written(value);
}

/**
 * Writes the arguments of a call as {@link writtenValue} does. It leaves out the signal and trailing `undefined` arguments.
 *
 * @throws TypeError as {@link writtenValue} does.
 */
export function writtenArguments(args: readonly unknown[], place: string): string {
  let count = args.length;
  while (count > 0 && (args[count - 1] === undefined || isSignal(args[count - 1]))) count--;
  return new ValueWriter(place, { isLeftOut: isSignal }).written(
    args.slice(0, count).map((argument) => (isSignal(argument) ? undefined : argument)),
  );
}

/** Finds the signal of a call: an argument, or the member `signal` of a plain object among the arguments. */
export function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  for (const argument of args) {
    const signal = isPlainObject(argument) ? argument.signal : argument;
    if (isSignal(signal)) return signal;
  }
  return undefined;
}

/** Replaces the caller's signal by another signal or by `undefined`. */
export function withSignal(args: readonly unknown[], signal: AbortSignal | undefined): unknown[] {
  return args.map((argument) => {
    if (isSignal(argument)) return signal;
    if (!isPlainObject(argument) || !isSignal(argument.signal)) return argument;
    return { ...argument, signal };
  });
}

/** Copies a value that {@link writtenValue} can write, so that the caller may change the original later. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied); // Holes stay holes.
  if (value instanceof Date) return new Date(value);
  if (value instanceof URL) return new URL(value);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copied(member)]));
}

function isSignal(value: unknown): value is AbortSignal {
  return value instanceof AbortSignal;
}
