import { LRUCache } from "lru-cache";

/** The most entries that an option may ask for. */
export const MAX_ENTRIES = 2 ** 24;

/** Up to so many entries, `lru-cache` makes room for all of them at once, which costs less later. */
const MAX_PREALLOCATED = 1_024;

/**
 * Makes a map with a bound: when it is full, what was not used for longest goes.
 *
 * @param onEvicted told of each value that had to make room; not of those that were deleted or replaced.
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

/** Takes every entry out that passes the test; returns how many. */
export function deleteWhere<K extends object | string, V extends object>(
  map: LRUCache<K, V>,
  test: (value: V) => boolean,
): number {
  const keys = [...map.entries()].filter(([, value]) => test(value)).map(([key]) => key);
  for (const key of keys) map.delete(key);
  return keys.length;
}
