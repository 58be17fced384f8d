/** How much may be kept. */
export interface Bounds {
  readonly entries: number;
  /** Sum of the weights, in bytes. */
  readonly bytes: number;
}

interface Kept<V> {
  readonly value: V;
  readonly bytes: number;
}

/** A map that forgets its oldest entries when there are too many, or when they weigh too much. */
export class BoundedMap<K, V> {
  readonly #bounds: Bounds;
  readonly #kept = new Map<K, Kept<V>>();
  #bytes = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Adds a new entry, which is kept whatever it weighs. */
  add(key: K, value: V, bytes: number): void {
    this.#kept.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (!this.#isOverfull() || oldest === key) return;
      this.#remove(oldest);
    }
  }

  get(key: K): V | undefined {
    return this.#kept.get(key)?.value;
  }

  /** Returns what is kept, the oldest first. */
  values(): V[] {
    return Array.from(this.#kept.values(), ({ value }) => value);
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #isOverfull(): boolean {
    return this.#kept.size > this.#bounds.entries || this.#bytes > this.#bounds.bytes;
  }

  #remove(key: K): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}
