import type { DiscoveryFilter } from "@agent-oauth/client";
import { type Clock, systemClock } from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import type { ToolPredicate } from "@google/adk";
import type { UserOptions } from "./subject-token.ts";
import type { ToolListsOptions } from "./tool-lists.ts";

/** Options that select the tools of a toolset and the users who see them. */
export interface ToolsetOptions extends UserOptions {
  /** The names of the tools that the model may see, with their prefix, or a function that selects tools. Default: all tools. */
  readonly toolFilter?: string[] | ToolPredicate;
  /** The prefix of each tool's name; an underscore follows it. Default: no prefix. */
  readonly prefix?: string;
  /** Selects servers of the flow by ORD id, and tools by name. Default: all servers and all tools. */
  readonly filter?: DiscoveryFilter;
  /**
   * What happens if every server fails. `"throw"`: the run fails. `"return"`: the agent runs without these tools, and the servers
   * are asked again after 10 000 milliseconds. Default `"throw"`.
   */
  readonly failures?: "throw" | "return";
  /** Which token lists the tools: each user's token, or the agent's own (`systemTokens`), once for all users. Default `"user"`. */
  readonly listAs?: "user" | "system";
  /** How long a tool list is cached, in milliseconds. An incomplete list is cached for at most 10 000. Default 300 000. */
  readonly listLifetimeMs?: number;
  /** The maximum number of users with a cached list. Beyond it the least recently used list is dropped. Default 256. */
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
  failures: true,
  listAs: true,
  listLifetimeMs: true,
  maxLists: true,
  clock: true,
};

/**
 * Checks the options of a toolset, and returns the limits of its lists with defaults filled in.
 *
 * @throws TypeError | RangeError if an option is of a wrong type or out of range. The message names the option.
 */
export function toolListsOptions(options: ToolsetOptions): ToolListsOptions {
  const {
    listAs = "user",
    failures = "throw",
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
  if (failures !== "throw" && failures !== "return") {
    throw new TypeError('Cannot use the option "failures": it must be "throw" or "return"');
  }
  return {
    lifetimeMs: positiveInteger("listLifetimeMs", listLifetimeMs),
    maxLists: positiveInteger("maxLists", maxLists),
    clock,
  };
}

const FILTERS: OptionNames<DiscoveryFilter> = { names: true, ordIds: true };

/**
 * Checks that an option is a whole number of at least 1, and returns it.
 *
 * @throws RangeError naming the option.
 */
export function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(
    `Cannot use the option "${name}": it must be a whole number of at least 1, not ${value}`,
  );
}
