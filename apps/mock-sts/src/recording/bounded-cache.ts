import { LRUCache } from "lru-cache";

/** The limits of a cache. */
export interface Bounds {
  readonly entries: number;
  /** Sum of the weights, in bytes. */
  readonly bytes: number;
}

/** An entry to keep. */
export interface WeighedEntry<K, V> {
  readonly key: K;
  readonly value: V;
  /** Weight of the entry. */
  readonly bytes: number;
}

/** A cache that forgets its oldest entries when there are too many, or when they weigh too much. */
export interface BoundedCache<K, V> {
  /** Adds a new entry, which is kept whatever its weight is. */
  add(entry: WeighedEntry<K, V>): void;
  get(key: K): V | undefined;
  /** Returns the kept values, the oldest first. */
  values(): V[];
  clear(): void;
}

/** Creates an empty cache. Reading an entry does not make it younger. */
export function createBoundedCache<K extends string | number, V extends object | string | number>({
  entries,
  bytes,
}: Bounds): BoundedCache<K, V> {
  // Without `max`, the library reserves no room for entries that may never come.
  const cache = new LRUCache<K, V>({ maxSize: bytes });
  return {
    add({ key, value, bytes: weight }) {
      cache.set(key, value, { size: Math.min(weight, bytes) });
      if (cache.size > entries) cache.pop();
    },
    get: (key) => cache.peek(key),
    values: () => [...cache.rvalues()].filter((value) => value !== undefined),
    clear: () => cache.clear(),
  };
}
