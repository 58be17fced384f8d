import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import { mapConcurrently } from "./map-concurrently.ts";

/** What is wanted of a list. Both given: both must fit. An empty list means no filter. */
export interface DiscoveryFilter {
  /** Names of tools, or of agents as their cards give them; compared after the servers have answered. */
  readonly names?: readonly string[];
  /** Open Resource Discovery ids of servers or agents; the others are not asked at all. */
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
 * Asks several servers and keeps what they have, by name. One that fails is reported beside the rest.
 *
 * @throws The first failure if all failed: nothing found must not look like nobody answered.
 */
export async function discover<
  Ref extends { readonly ordId?: string; readonly fault?: Error },
  Found extends { readonly name: string },
>(
  refs: readonly Ref[],
  { filter, limit, signal, ask }: DiscoverOptions<Ref, Found>,
): Promise<{ found: readonly Found[]; failures: readonly DiscoveryFailure<Ref>[] }> {
  const wanted = refs.filter(
    // One that is broken and of no known id may be one of those wanted.
    ({ ordId, fault }) => passes(filter.ordIds, ordId) || (fault && ordId === undefined),
  );
  const answers = await mapConcurrently(wanted, {
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
  const failures = answers.flatMap((answer) => answer.failures);
  const [first] = failures;
  if (first !== undefined && failures.length === wanted.length) throw first.error;
  const found = answers.flatMap((answer) => answer.found);
  return { found: found.filter(({ name }) => passes(filter.names, name)), failures };
}

/** @throws TypeError naming the member that there is none of, or that is no list of strings: a filter that is not understood would let everything pass. */
export function assertFilter(filter: DiscoveryFilter | undefined): void {
  const doing = "filter a list";
  checkOptions(filter, { doing, names: FILTERS, what: '"filter"', member: "filter" });
  for (const name of ["names", "ordIds"] as const) {
    const list: unknown = filter?.[name] ?? [];
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
