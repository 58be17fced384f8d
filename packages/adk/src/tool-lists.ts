import type { Clock } from "@agent-oauth/core";
import { boundedMap } from "@agent-oauth/core/internal";
import type { BaseTool } from "@google/adk";

/** How long an incomplete list is kept, so that a run does not ask a failing server at every step. */
const INCOMPLETE_LIFETIME_MS = 10_000;

/** The tools that a user may see. */
export interface ToolList {
  readonly tools: readonly BaseTool[];
  /** Whether every server responded. */
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
  /** When the list expires, on the monotonic clock. */
  until: number;
}

/**
 * Caches tool lists per user, since ADK asks for the tools twice at each step of each run. When it is full, it drops the least
 * recently used list.
 */
export class ToolLists {
  readonly #options: ToolListsOptions;
  readonly #entries: ReturnType<typeof boundedMap<string, Entry>>;

  constructor(options: ToolListsOptions) {
    this.#options = options;
    this.#entries = boundedMap(options.maxLists);
  }

  /** Returns the cached list, or requests it. Concurrent callers share one request. A failure is not cached. */
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
