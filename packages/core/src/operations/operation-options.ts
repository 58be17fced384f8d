import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";

/** A function whose results can be cached. Its result must depend on its arguments and the user only. */
export type Operation = (...args: never[]) => unknown;

/** A value, or a function of the operation's arguments that returns it. The function may be asynchronous. */
export type PerCall<Args extends readonly unknown[], Value> =
  | Value
  | ((...args: Args) => Value | Promise<Value>);

/** The name of an operation, and how long its results are cached. */
export interface OperationLifetime<Args extends readonly unknown[]> {
  /** The name of the operation. It must be unique within the cache. */
  readonly name: string;
  /** How long a result is cached, in milliseconds from the start of its run; with 0 results are not cached. */
  readonly ttlMs: number;
  /**
   * Returns JSON-like data; calls with equal data share a result. Default: the arguments. They must then be JSON-like data
   * (`Date`, `URL`, `bigint` and `undefined` are allowed; at most 65 536 values, 4 194 304 characters and 100 levels), and they are
   * copied. With `key` they are not copied, so do not change them until the operation has run.
   */
  readonly key?: (...args: Args) => unknown;
}

/** Results are cached by the user's name, so they stay when the user's token is renewed. */
export interface OperationPrincipal<Args extends readonly unknown[]> {
  /** The stable name of the user whose token the operation uses. A blank name is a `TypeError`; from a function, `ERR_TOKEN_PROVIDER`. */
  readonly principal: PerCall<Args, string>;
  /** If given, a result expires with the token that this source returns when the operation runs. */
  readonly tokenSource?: PerCall<Args, TokenSource>;
  /** What `tokenSource` is asked for. */
  readonly request?: PerCall<Args, TokenRequest>;
}

/** Results are cached by the user's token: a result expires with its token, and a renewed token does not find it. */
export interface OperationToken<Args extends readonly unknown[]> {
  readonly principal?: undefined;
  /** The source of the user's token. Each call asks it, so the source should cache. */
  readonly tokenSource: PerCall<Args, TokenSource>;
  /** What `tokenSource` is asked for. */
  readonly request?: PerCall<Args, TokenRequest>;
}

/** How long the results of an operation are cached, and for which user. */
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
 * @throws TypeError | RangeError if an option is missing, unknown, of a wrong type or out of range. The message names it.
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
      'Cannot wrap an operation: give "principal" or "tokenSource" to tell the results of users apart',
    );
  }
  if (principal !== undefined && typeof principal !== "function") nonBlank(principal, "principal");
  if (request !== undefined && tokenSource === undefined) {
    throw new TypeError(
      'Cannot wrap an operation: "request" is only used together with "tokenSource"',
    );
  }
}

function nonBlank(value: unknown, option: string): void {
  if (typeof value === "string" && value.trim() !== "") return;
  throw mistaken(`"${option}"`, "a string that is not blank", value);
}

function mistaken(what: string, needed: string, value: unknown): TypeError {
  return new TypeError(`Cannot wrap an operation: ${what} must be ${needed}, not ${kindOf(value)}`);
}
