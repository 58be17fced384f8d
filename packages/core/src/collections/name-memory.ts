import { LRUCache } from "lru-cache";

/** Remembers what names stand for, up to a number of names. Beyond it, an unknown name may be one that was forgotten. */
export class NameMemory<V extends object | string> {
  readonly #values: LRUCache<string, V>;
  #hasForgotten = false;

  constructor(max: number) {
    this.#values = new LRUCache({
      maxSize: max,
      sizeCalculation: () => 1,
      dispose: (_value, _name, reason) => {
        if (reason === "evict") this.#hasForgotten = true;
      },
    });
  }

  remember(name: string, value: V): void {
    this.#values.set(name, value);
  }

  /** Returns what the name stands for; `unknown` if it was never remembered, `forgotten` if it may have been. */
  recall(name: string): { readonly value: V } | "unknown" | "forgotten" {
    const value = this.#values.get(name);
    if (value !== undefined) return { value };
    return this.#hasForgotten ? "forgotten" : "unknown";
  }
}
