import { NameMemory } from "../collections/name-memory.ts";
import type { StoreNotice } from "./store-outcomes.ts";

/** How many names are remembered for notices, about 20 MB at the most. */
const MAX_NAMES = 100_000;

/**
 * Hides names, and shows those again that this process has hidden. A notice with a name that this process never used is of no
 * interest to it; once names had to be forgotten, such a notice makes everything doubtful.
 */
export class HiddenNames {
  readonly #hide: (name: string) => string;
  readonly #names: NameMemory<string>;

  constructor(hide: (name: string) => string, max = MAX_NAMES) {
    this.#hide = hide;
    this.#names = new NameMemory(max);
  }

  hide(name: string): string {
    const hidden = this.#hide(name);
    this.#names.remember(hidden, name);
    return hidden;
  }

  /** Returns the notice with the name as the caller knows it; `undefined` if the caller never used it. */
  show(notice: StoreNotice): StoreNotice | undefined {
    if (notice.type === "doubtful") return notice;
    const name = this.#names.recall(notice.type === "evicted" ? notice.mark : notice.key);
    if (name === "unknown") return undefined;
    if (name === "forgotten") return { type: "doubtful" };
    const { value } = name;
    return notice.type === "evicted"
      ? { type: "evicted", mark: value }
      : { type: "written", key: value };
  }
}
