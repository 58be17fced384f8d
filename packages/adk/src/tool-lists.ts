import type { Clock } from "@agent-oauth/core";
import { boundedMap } from "@agent-oauth/core/internal";
import type { BaseTool } from "@google/adk";

/** How long a list that lacks the tools of some server is kept, so that a run does not ask that server at every step. */
const INCOMPLETE_LIFETIME_MS = 10_000;

/** The tools that a user may see. */
export interface ToolList {
  readonly tools: readonly BaseTool[];
  /** Whether every server answered. */
  readonly complete: boolean;
}

/** Limits of {@link ToolLists}. */
export interface ToolListsOptions {
  readonly lifetimeMs: number;
  readonly maxLists: number;
  readonly clock: Clock;
}

interface Entry {
  readonly list: Promise<ToolList>;
  /** On the monotonic clock. */
  until: number;
}

/** Keeps lists of tools by user, the least recently used going first. ADK asks for them twice at each step of each run. */
export class ToolLists {
  readonly #options: ToolListsOptions;
  readonly #entries: ReturnType<typeof boundedMap<string, Entry>>;

  constructor(options: ToolListsOptions) {
    this.#options = options;
    this.#entries = boundedMap(options.maxLists);
  }

  /** Returns the list that is kept, or asks for it; those who wait share one request. A failure is not kept. */
  get(key: string, list: () => Promise<ToolList>): Promise<ToolList> {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#options.clock.monotonic() < known.until) return known.list;
    const entry = this.#request(key, list);
    this.#entries.set(key, entry);
    return entry.list;
  }

  clear(): void {
    this.#entries.clear();
  }

  #request(key: string, list: () => Promise<ToolList>): Entry {
    const { clock, lifetimeMs } = this.#options;
    const entry: Entry = { list: list(), until: Number.POSITIVE_INFINITY };
    entry.list.then(
      ({ complete }) => {
        const keptMs = complete ? lifetimeMs : Math.min(lifetimeMs, INCOMPLETE_LIFETIME_MS);
        entry.until = clock.monotonic() + keptMs;
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }
}
