import type { DiscoveryFilter } from "@agent-oauth/client";
import { type Clock, systemClock } from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import type { ToolPredicate } from "@google/adk";
import type { UserOptions } from "./subject-token.ts";
import type { ToolListsOptions } from "./tool-lists.ts";

/** What a toolset shows and to whom. */
export interface ToolsetOptions extends UserOptions {
  /** Names of the tools that the model may see, prefix included, or a function that chooses. Default: all. */
  readonly toolFilter?: string[] | ToolPredicate;
  /** Put before the name of each tool, with an underscore. Default: nothing. */
  readonly prefix?: string;
  /** Which servers of the flow are asked, and which of their tools are taken. Default: all. */
  readonly filter?: DiscoveryFilter;
  /** With whose token tools are listed: each user's, or the agent's own (`systemTokens`), once for all users. Default `"user"`. */
  readonly listAs?: "user" | "system";
  /** How long a list of tools is kept, in milliseconds; one that lacks a server's tools 10 000 at most. Default 300 000. */
  readonly listLifetimeMs?: number;
  /** Users whose lists are kept, the least recently used going first. Default 256. */
  readonly maxLists?: number;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

/** The names of all options of {@link ToolsetOptions}. */
export const TOOLSET_NAMES: OptionNames<ToolsetOptions> = {
  subjectToken: true,
  principal: true,
  tenant: true,
  toolFilter: true,
  prefix: true,
  filter: true,
  listAs: true,
  listLifetimeMs: true,
  maxLists: true,
  clock: true,
};

/**
 * Returns the limits of the lists, defaults filled in.
 *
 * @throws TypeError | RangeError naming the option, of these and all others of a toolset, that is of a wrong type or out of range.
 */
export function toolListsOptions(options: ToolsetOptions): ToolListsOptions {
  const {
    listAs = "user",
    listLifetimeMs = 300_000,
    maxLists = 256,
    clock = systemClock,
  } = options;
  checkOptions(options.filter, {
    doing: "create an MCP toolset",
    names: FILTERS,
    what: '"filter"',
    member: "filter",
  });
  for (const name of ["subjectToken", "principal", "tenant"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`Cannot use the option "${name}": it must be a function`);
    }
  }
  if (listAs !== "user" && listAs !== "system") {
    throw new TypeError('Cannot use the option "listAs": it must be "user" or "system"');
  }
  return {
    lifetimeMs: positiveInteger("listLifetimeMs", listLifetimeMs),
    maxLists: positiveInteger("maxLists", maxLists),
    clock,
  };
}

const FILTERS: OptionNames<DiscoveryFilter> = { names: true, ordIds: true };

/** @throws RangeError naming the option. */
export function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(
    `Cannot use the option "${name}": it must be a whole number of at least 1, not ${value}`,
  );
}
