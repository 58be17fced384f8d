import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import { mapConcurrently } from "./map-concurrently.ts";

/** Which entries of a list are wanted. If both members are given, both must fit. An empty list filters nothing. */
export interface DiscoveryFilter {
  /** Names of tools, or of agents as their cards give them; compared after the servers have answered. */
  readonly names?: readonly string[];
  /** Open Resource Discovery ids. Servers and agents with other ids are not asked. */
  readonly ordIds?: readonly string[];
}

/** One server or agent that could not be asked. */
export interface DiscoveryFailure<Ref> {
  readonly ref: Ref;
  /** Mostly a TokenError. */
  readonly error: unknown;
}

/** How {@link discover} asks. */
export interface DiscoverOptions<Ref, Found> {
  readonly filter: DiscoveryFilter;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  readonly ask: (ref: Ref) => Promise<readonly Found[]>;
}

/**
 * Asks several servers and collects what they have. A server that fails is reported among the failures.
 *
 * @throws The first failure if all failed: a list without a result must not look like a list of servers that are down.
 */
export async function discover<
  Ref extends { readonly ordId?: string; readonly fault?: Error },
  Found extends { readonly name: string },
>(
  refs: readonly Ref[],
  { filter, limit, signal, ask }: DiscoverOptions<Ref, Found>,
): Promise<{ found: readonly Found[]; failures: readonly DiscoveryFailure<Ref>[] }> {
  const wanted = refs.filter(
    // A broken reference without an id may be a wanted one.
    ({ ordId, fault }) => passes(filter.ordIds, ordId) || (fault && ordId === undefined),
  );
  const outcomes = await mapConcurrently(wanted, {
    limit,
    map: async (ref): Promise<{ found: readonly Found[]; failures: DiscoveryFailure<Ref>[] }> => {
      try {
        if (ref.fault !== undefined) throw ref.fault;
        return { found: await ask(ref), failures: [] };
      } catch (error) {
        signal?.throwIfAborted();
        return { found: [], failures: [{ ref, error }] };
      }
    },
  });
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const [first] = failures;
  if (first !== undefined && failures.length === wanted.length) throw first.error;
  const found = outcomes.flatMap((outcome) => outcome.found);
  return { found: found.filter(({ name }) => passes(filter.names, name)), failures };
}

/** @throws TypeError naming the member that does not exist or is not a list of strings: a misread filter would pass everything. */
export function assertFilter(filter: DiscoveryFilter | undefined): void {
  const doing = "filter a list";
  checkOptions(filter, { doing, names: FILTERS, what: '"filter"', member: "filter" });
  for (const name of ["names", "ordIds"] as const) {
    // A name that is given and undefined is an allow-list that was lost: it does not mean that all is allowed.
    if (filter === undefined || !(name in filter)) continue;
    const list: unknown = filter[name];
    if (!Array.isArray(list) || list.some((item) => typeof item !== "string")) {
      throw new TypeError(`Cannot ${doing}: "${name}" must be a list of strings`);
    }
  }
}

const FILTERS: OptionNames<DiscoveryFilter> = { names: true, ordIds: true };

function passes(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  if (wanted === undefined || wanted.length === 0) return true;
  return value !== undefined && wanted.includes(value);
}
