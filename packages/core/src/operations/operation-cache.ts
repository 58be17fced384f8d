import type { Clock } from "../time/clock.ts";
import type { Operation, OperationOptions } from "./operation-options.ts";

/** How an {@link OperationCache} behaves. */
export interface OperationCacheOptions {
  /** Results kept; beyond it the one longest unused goes. Default 1 024. */
  readonly maxEntries?: number;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

/** A function that is called as the operation is, and answers from the cache where it can. */
export type CachedOperation<F extends Operation> = OperationFunction<F> & {
  /** Runs the operation whatever the cache holds, and keeps the result for later calls. */
  readonly fresh: OperationFunction<F>;
};

/** The operation's own type, generics and overloads included, unless it returns anything but a plain promise. */
type OperationFunction<F extends Operation> =
  Promise<Awaited<ReturnType<F>>> extends ReturnType<F>
    ? F
    : (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>;

/** Which results to forget: those that are of this operation and of this user. */
export interface OperationFilter {
  readonly name?: string;
  /** A user by the name that `principal` gave; results that are kept for a token belong to none. */
  readonly principal?: string;
}

/** What an operation cache has done since it was made, and what it holds now. */
export interface OperationCacheStats {
  /** Calls answered with a kept result. */
  readonly hits: number;
  /** Calls that had to wait for a run. */
  readonly misses: number;
  /** How often operations were run. */
  readonly runs: number;
  /** Runs that failed. */
  readonly failures: number;
  /** Results pushed out by others. */
  readonly evicted: number;
  /** Results held. */
  readonly entries: number;
  /** Runs on their way. */
  readonly inFlight: number;
}

/** Keeps the results of operations, each for the user it was read for. */
export interface OperationCache {
  /**
   * Wraps an operation, once: at the level of a module, not for each call.
   *
   * @throws TypeError | RangeError naming the option that is missing, unknown, of a wrong type or out of range, or the name
   * that another operation has. At a call: TokenError `ERR_TOKEN_RESPONSE` if `tokenSource` yields no access token,
   * `ERR_TOKEN_SUBJECT_REQUIRED` if a function `request` returns none.
   */
  wrap<F extends Operation>(
    fn: F,
    options: OperationOptions<Readonly<Parameters<F>>>,
  ): CachedOperation<F>;
  /**
   * Forgets all results that the filter names, by default all there are, and returns how many. A result on its way is not kept.
   *
   * @throws TypeError naming what the filter has that there is none of, or that is blank.
   */
  clear(filter?: OperationFilter): number;
  /** Counts what the cache has done and holds. */
  stats(): OperationCacheStats;
}
