/**
 * Finds the known name that is nearest to a misspelt one; `undefined` if no name is near.
 *
 * Letter case, hyphens and underscores do not count. A name that is a whole part of one known name
 * only, such as `basic` of `client_secret_basic`, is near too.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined) return nearest.candidate;
  const containing = known.filter((candidate) => plain(candidate).includes(wanted));
  return wanted.length > 2 && containing.length === 1 ? containing[0] : undefined;
}

/** Asks whether the nearest known name was meant; empty if no name is near. */
export function didYouMean(name: unknown, known: readonly string[], prefix = ""): string {
  const nearest = typeof name === "string" ? nearestName(name, known) : undefined;
  return nearest === undefined ? "" : `; did you mean ${JSON.stringify(prefix + nearest)}?`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, "");
}

/** Counts the letters to insert, drop, replace or swap with their neighbour to get from one word to another. */
function editDistance(from: string, to: string): number {
  let beforeLast = [] as number[];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(last, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
