const MAX_KEPT = 1_024;

/** Puts a value into a map of at most 1 024; the one that was put in first goes. */
export function keepRecent<V>(
  map: Map<string, V>,
  key: string,
  value: V,
  { onDropped }: { onDropped?: (value: V) => void } = {},
): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_KEPT) return;
  for (const [oldest, dropped] of map) {
    map.delete(oldest);
    onDropped?.(dropped);
    return;
  }
}
