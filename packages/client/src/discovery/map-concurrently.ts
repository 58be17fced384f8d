/** Maps a list with at most `limit` mappings under way at a time. The results are in the order of the items. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  { limit, map }: { limit: number; map: (item: Item) => Promise<Result> },
): Promise<Result[]> {
  const results: Result[] = [];
  // One iterator for all workers: each takes the next item when it is free.
  const left = items.entries();
  const work = async () => {
    for (const [index, item] of left) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
