import type { Clock } from "@agent-oauth/core";
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
  /** In the order of use, the most recently used last. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: ToolListsOptions) {
    this.#options = options;
  }

  /** Returns the cached list, or requests it. Concurrent callers share one request. A failure is not cached. */
  get(key: string, list: () => Promise<ToolList>): Promise<ToolList> {
    const { clock, maxLists } = this.#options;
    const known = this.#entries.get(key);
    const entry = known && clock.monotonic() < known.until ? known : this.#request(key, list);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxLists && oldest !== undefined) this.#entries.delete(oldest);
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
