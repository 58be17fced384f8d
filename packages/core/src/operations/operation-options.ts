import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";

/** A function whose results can be kept. Its arguments say all that changes the result, besides the user. */
export type Operation = (...args: never[]) => unknown;

/** A value, or a function of the operation's own arguments that finds it, asynchronous or not. */
export type PerCall<Args extends readonly unknown[], Value> =
  | Value
  | ((...args: Args) => Value | Promise<Value>);

/** What an operation is called, and how long its results are kept. */
export interface OperationLifetime<Args extends readonly unknown[]> {
  /** Its name: no other operation of the cache has it. */
  readonly name: string;
  /** How long a result is kept, in milliseconds from the start of the run that brought it; 0 keeps none. */
  readonly ttlMs: number;
  /**
   * Says in JSON-like data which calls are alike. Default: the arguments, which must be such data themselves (`Date`,
   * `URL`, `bigint` and `undefined` included; at most 65 536 values, 4 194 304 characters and 100 levels) and are copied. With
   * `key` they are not: leave them as they are until the operation has run.
   */
  readonly key?: (...args: Args) => unknown;
}

/** Results are kept for a user by name: they stay when the user's token is renewed. */
export interface OperationPrincipal<Args extends readonly unknown[]> {
  /** The stable name of the user with whose token the operation works; blank is a `TypeError`, never somebody. */
  readonly principal: PerCall<Args, string>;
  /** If given, no result outlives the token that this source has when the operation runs. */
  readonly tokenSource?: PerCall<Args, TokenSource>;
  /** What `tokenSource` is asked for. */
  readonly request?: PerCall<Args, TokenRequest>;
}

/** Results are kept for a token: a renewed token begins anew, and no result outlives its token. */
export interface OperationToken<Args extends readonly unknown[]> {
  readonly principal?: undefined;
  /** The source of the user's token. It is asked at each call, so it should cache. */
  readonly tokenSource: PerCall<Args, TokenSource>;
  /** What `tokenSource` is asked for. */
  readonly request?: PerCall<Args, TokenRequest>;
}

/** How the results of an operation are kept, and for whom. */
export type OperationOptions<Args extends readonly unknown[]> = OperationLifetime<Args> &
  (OperationPrincipal<Args> | OperationToken<Args>);

const MAX_TTL_MS = 365 * 86_400_000;
const NAMES: OptionNames<OperationOptions<readonly unknown[]>> = {
  name: true,
  ttlMs: true,
  key: true,
  principal: true,
  tokenSource: true,
  request: true,
};

/**
 * Checks the options of an operation.
 *
 * @throws TypeError | RangeError naming the option that is missing, unknown, of a wrong type or out of range.
 */
export function checkOperation<Args extends readonly unknown[]>(
  fn: unknown,
  options: OperationOptions<Args>,
): void {
  if (typeof fn !== "function") throw mistaken("the first argument", "a function", fn);
  checkOptions(options, { doing: "wrap an operation", names: NAMES });
  const { name, ttlMs, key, principal, tokenSource, request } = options ?? {};
  nonBlank(name, "name");
  if (typeof ttlMs !== "number") throw mistaken('"ttlMs"', "a number", ttlMs);
  if (!(ttlMs >= 0 && ttlMs <= MAX_TTL_MS)) {
    throw new RangeError(
      `Cannot wrap an operation: "ttlMs" must be a number from 0 to ${MAX_TTL_MS}, not ${ttlMs}`,
    );
  }
  if (key !== undefined && typeof key !== "function") throw mistaken('"key"', "a function", key);
  if (principal === undefined && tokenSource === undefined) {
    throw new TypeError(
      'Cannot wrap an operation: "principal" or "tokenSource" must say whose results it keeps',
    );
  }
  if (principal !== undefined && typeof principal !== "function") nonBlank(principal, "principal");
  if (request !== undefined && tokenSource === undefined) {
    throw new TypeError('Cannot wrap an operation: "request" needs a "tokenSource" to ask');
  }
}

function nonBlank(value: unknown, option: string): void {
  if (typeof value === "string" && value.trim() !== "") return;
  throw mistaken(`"${option}"`, "a string that is not blank", value);
}

function mistaken(what: string, needed: string, value: unknown): TypeError {
  return new TypeError(`Cannot wrap an operation: ${what} must be ${needed}, not ${kindOf(value)}`);
}
