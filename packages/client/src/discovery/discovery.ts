import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import { DiscoveryError } from "./discovery-error.ts";
import type { DiscoveryFailure, DiscoveryRef } from "./discovery-failure.ts";
import { mapConcurrently } from "./map-concurrently.ts";

/** Which entries of a list are wanted. If both members are given, both must fit. An empty list filters nothing. */
export interface DiscoveryFilter {
  /** Names of tools, or of agents as their cards give them; compared after the servers have answered. */
  readonly names?: readonly string[];
  /** Open Resource Discovery ids. Servers and agents with other ids are not asked. */
  readonly ordIds?: readonly string[];
}

/** How {@link discover} asks. */
export interface DiscoverOptions<Ref, Found> {
  readonly filter: DiscoveryFilter;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  /** Whether a list without anything but failures rejects. */
  readonly throws: boolean;
  readonly ask: (ref: Ref) => Promise<Discovered<Ref, Found>>;
}

/** What was found, and what is missing. */
export interface Discovered<Ref, Found> {
  readonly found: readonly Found[];
  readonly failures: readonly DiscoveryFailure<Ref>[];
}

/**
 * Asks several servers and collects what they have. A server that fails is reported among the failures, and so is a tool that
 * cannot be used.
 *
 * @throws DiscoveryError if all servers failed: a list without a result must not look like a list of servers that are down. If
 * all failed for mistakes of the caller, the first of these is thrown.
 */
export async function discover<Ref extends DiscoveryRef, Found extends { readonly name: string }>(
  refs: readonly Ref[],
  { filter, limit, signal, throws, ask }: DiscoverOptions<Ref, Found>,
): Promise<Discovered<Ref, Found>> {
  const wanted = refs.filter(
    // A broken reference without an id may be a wanted one.
    ({ ordId, fault }) => passes(filter.ordIds, ordId) || (fault && ordId === undefined),
  );
  const outcomes = await mapConcurrently(wanted, {
    limit,
    map: async (ref): Promise<Discovered<Ref, Found>> => {
      try {
        if (ref.fault !== undefined) throw ref.fault;
        return await ask(ref);
      } catch (error) {
        signal?.throwIfAborted();
        return { found: [], failures: [{ ref, reason: "failed", error }] };
      }
    },
  });
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  if (throws) assertSomeWorked(failures, wanted.length);
  const found = outcomes.flatMap((outcome) => outcome.found);
  return {
    found: found.filter(({ name }) => passes(filter.names, name)),
    failures: failures.filter(({ tool }) => tool === undefined || passes(filter.names, tool)),
  };
}

function assertSomeWorked(
  failures: readonly DiscoveryFailure<DiscoveryRef>[],
  asked: number,
): void {
  const failed = failures.filter(({ reason }) => reason === "failed");
  const [first] = failed;
  if (first === undefined || failed.length < asked) return;
  const isMistake = ({ error }: DiscoveryFailure<DiscoveryRef>) =>
    error instanceof TypeError || error instanceof RangeError;
  throw failed.every(isMistake) ? first.error : new DiscoveryError(failed);
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
