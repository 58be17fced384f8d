/**
 * Finds the known name that is nearest to a misspelt name. It ignores letter case, hyphens and underscores. A name that contains a
 * known name, or is part of a known name, is near too.
 *
 * @returns `undefined` if no known name is near.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = lettersOf(name.slice(0, MAX_LENGTH));
  if (wanted === "") return undefined;
  const tolerance = Math.ceil(wanted.length / 3);
  let nearest: string | undefined;
  let least = tolerance + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, lettersOf(candidate));
    if (distance >= least) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest ?? known.find((candidate) => overlaps(wanted, lettersOf(candidate)));
}

/**
 * Finds the known name that a name must be a slip of: it differs in letter case, hyphens and underscores alone, or by one letter, or
 * by two if it is long. For objects that may have members of others beside the known ones.
 */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH || known.includes(name)) return undefined;
  const wanted = lettersOf(name);
  const tolerance = wanted.length < 8 ? 1 : 2;
  return known.find((candidate) => editDistance(wanted, lettersOf(candidate)) <= tolerance);
}

const MAX_LENGTH = 64;

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

function overlaps(one: string, other: string): boolean {
  return Math.min(one.length, other.length) > 2 && (one.includes(other) || other.includes(one));
}

/** Counts the edits from one word to the other: letters to insert, drop, replace or swap with a neighbour. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(last, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
