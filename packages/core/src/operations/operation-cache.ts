import { MAX_ENTRIES } from "../collections/bounded-map.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { numberOption } from "../options/option-values.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import type { Operation, OperationOptions } from "./operation-options.ts";
import { OperationTable } from "./operation-table.ts";

/** How an {@link OperationCache} behaves. */
export interface OperationCacheOptions {
  /** Results kept; beyond it the one longest unused goes. Default 1 024. */
  readonly maxEntries?: number;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

const NAMES: OptionNames<OperationCacheOptions> = { maxEntries: true, clock: true };

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

/**
 * Makes a cache for what an API answers: one result for each user, operation and arguments.
 *
 * Callers at the same time share one run, and its failure, which is not kept. Callers share the result itself: whoever
 * changes it changes it for all. A signal among the arguments, or as the member `signal` of one, ends its caller's wait;
 * the operation gets another one in its place, that ends when nobody waits any more. The operation is called without `this`.
 *
 * Retries belong into the operation, so that only what they end with is kept.
 *
 * @example
 * ```ts
 * const cache = createOperationCache({ maxEntries: 500 });
 * const order = cache.wrap((id: string) => retry(() => getOrder(id)), {
 *   name: "order",
 *   ttlMs: 15_000,
 *   principal: () => currentUser().id,
 * });
 * await order("4711"); // Asks the API.
 * await order("4711"); // Does not.
 * await order.fresh("4711"); // Asks again, for later calls too.
 * await cancelOrder("4711");
 * cache.clear({ name: "order", principal: currentUser().id });
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range.
 */
export function createOperationCache(options: OperationCacheOptions = {}): OperationCache {
  checkOptions(options, { doing: "create an operation cache", names: NAMES });
  const { maxEntries = DEFAULT_MAX_ENTRIES, clock = systemClock } = options;
  const doing = "create an operation cache";
  numberOption(maxEntries, { option: "maxEntries", doing, min: 1, max: MAX_ENTRIES, whole: true });
  return new OperationTable({ maxEntries, clock });
}

const DEFAULT_MAX_ENTRIES = 1_024;
