import { LRUCache } from "lru-cache";

/** The maximum number of entries that an option may set. */
export const MAX_ENTRIES = 2 ** 24;

/** Up to this number of entries, `lru-cache` allocates the memory at once, so later inserts cost less. */
const MAX_PREALLOCATED = 1_024;

/**
 * Makes a map with a maximum size. When it is full, it evicts the least recently used entry.
 *
 * @param onEvicted called with each evicted value, but not with deleted or replaced values.
 */
export function boundedMap<K extends object | string, V extends object>(
  max: number,
  onEvicted?: (value: V, key: K) => void,
): LRUCache<K, V> {
  return new LRUCache<K, V>({
    ...bound(max),
    disposeAfter(value, key, reason) {
      if (reason === "evict") onEvicted?.(value, key);
    },
  });
}

function bound(max: number): { max: number } | { maxSize: number; sizeCalculation: () => number } {
  return max <= MAX_PREALLOCATED ? { max } : { maxSize: max, sizeCalculation: () => 1 };
}

/** Deletes every entry that passes the test; returns their number. */
export function deleteWhere<K extends object | string, V extends object>(
  map: LRUCache<K, V>,
  test: (value: V) => boolean,
): number {
  const keys = [...map.entries()].filter(([, value]) => test(value)).map(([key]) => key);
  for (const key of keys) map.delete(key);
  return keys.length;
}
