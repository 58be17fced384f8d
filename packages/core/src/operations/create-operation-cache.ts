import { MAX_ENTRIES } from "../collections/bounded-map.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { numberOption } from "../options/option-values.ts";
import { systemClock } from "../time/clock.ts";
import type { OperationCache, OperationCacheOptions } from "./operation-cache.ts";
import { OperationTable } from "./operation-table.ts";

/**
 * Makes a cache for API results: one result for each user, operation and list of arguments.
 *
 * Concurrent callers share one run, and its failure; a failure is not cached. All callers get the same result object, so a caller
 * that changes it changes it for all. A signal ends its caller's wait; it may be an argument, or the member `signal` of an
 * argument. The operation gets another signal in its place, which is aborted when all callers have left. The operation is called
 * without `this`.
 *
 * Put retries inside the operation, so that only the final result is cached.
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
const NAMES: OptionNames<OperationCacheOptions> = { maxEntries: true, clock: true };
