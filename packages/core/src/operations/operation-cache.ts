import type { Clock } from "../time/clock.ts";
import type { Operation, OperationOptions } from "./operation-options.ts";

/** Options of `createOperationCache`. */
export interface OperationCacheOptions {
  /** The maximum number of results. Beyond it the cache evicts the least recently used result. Default 1 024. */
  readonly maxEntries?: number;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

/** A function with the operation's signature that returns cached results where possible. */
export type CachedOperation<F extends Operation> = OperationFunction<F> & {
  /** Runs the operation without reading the cache, and caches the result for later calls. */
  readonly fresh: OperationFunction<F>;
};

/** The operation's own type, with generics and overloads, if the operation returns a plain promise. */
type OperationFunction<F extends Operation> =
  Promise<Awaited<ReturnType<F>>> extends ReturnType<F>
    ? F
    : (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>;

/** Selects the results to forget: those of this operation and of this user. */
export interface OperationFilter {
  readonly name?: string;
  /** The user, by the name that the option `principal` gave. Results that are cached by token belong to no principal. */
  readonly principal?: string;
}

/** What an operation cache has done since it was created, and what it holds now. */
export interface OperationCacheStats {
  /** The number of calls that got a cached result. */
  readonly hits: number;
  /** The number of calls that waited for a run. */
  readonly misses: number;
  /** The number of runs. */
  readonly runs: number;
  /** The number of failed runs. */
  readonly failures: number;
  /** The number of results that were evicted to make room. */
  readonly evicted: number;
  /** The number of cached results. */
  readonly entries: number;
  /** The number of runs in flight. */
  readonly inFlight: number;
}

/** Caches the results of operations per user. */
export interface OperationCache {
  /**
   * Wraps an operation. Wrap each operation once, for example at module level, not for each call.
   *
   * @throws TypeError | RangeError if an option is missing, unknown, of a wrong type or out of range, or if another operation uses
   * the same name. The message names the option. At a call: TokenError `ERR_TOKEN_RESPONSE` if `tokenSource` returns a value that
   * is not an access token, `ERR_TOKEN_SUBJECT_REQUIRED` if a function `request` returns no request.
   */
  wrap<F extends Operation>(
    fn: F,
    options: OperationOptions<Readonly<Parameters<F>>>,
  ): CachedOperation<F>;
  /**
   * Forgets all results that the filter selects, by default all results, and returns their number. Results of runs in flight are
   * not cached.
   *
   * @throws TypeError if a field of the filter is unknown or blank. The message names the field.
   */
  clear(filter?: OperationFilter): number;
  /** Returns the counts of what the cache has done and what it holds. */
  stats(): OperationCacheStats;
}
