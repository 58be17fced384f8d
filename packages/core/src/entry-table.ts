import type { AccessToken } from "./access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";

/**
 * A bounded table of entries, by subject and then by target. When it is full, the subject that is longest in the
 * table goes, but one that was used since it came, or came back, goes to the back of the line instead: a second
 * chance. A hit therefore only sets a bit, and the cost of making room does not depend on the size.
 */
export class EntryTable<T extends AccessToken> {
  /** The first entry of each subject's chain. System tokens have no subject, so there each target heads its own. */
  readonly #heads = new Map<string, CacheEntry<T>>();
  readonly #max: number;
  readonly #onEvicted: (entry: CacheEntry<T>) => void;
  /** Where room was made last, at the head of the line: a new iterator would walk over all the holes again. */
  #hand: MapIterator<[string, CacheEntry<T>]> | undefined;
  /** How many entries came since the hand last moved. */
  #standing = 0;
  #size = 0;

  constructor(max: number, onEvicted: (entry: CacheEntry<T>) => void) {
    this.#max = max;
    this.#onEvicted = onEvicted;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#size;
  }

  get({ subject, principal, shape }: CacheKey): CacheEntry<T> | undefined {
    let entry = this.#heads.get(subject ?? shape);
    while (entry !== undefined && (entry.shape !== shape || entry.principal !== principal)) {
      entry = entry.next;
    }
    return entry;
  }

  /** Adds an entry, or replaces and kills the one of the same key. */
  set(key: CacheKey, entry: CacheEntry<T>): void {
    if (this.#max === 0) return;
    this.delete(key);
    if (this.#size >= this.#max) this.#makeRoom();
    // A Map's iterator that stands still keeps alive all that the Map has outgrown.
    else if (++this.#standing > this.#max) this.#hand = undefined;
    const head = key.subject ?? key.shape;
    const first = this.#heads.get(head);
    // Behind the first, so that the head keeps its place in the line.
    if (first === undefined) {
      this.#heads.set(head, entry);
    } else {
      entry.next = first.next;
      first.next = entry;
    }
    this.#size++;
  }

  /** Takes one entry out and kills it. */
  delete(key: CacheKey): boolean {
    const entry = this.get(key);
    if (entry !== undefined) this.#unlink(key.subject ?? key.shape, entry);
    return entry !== undefined;
  }

  /** Takes out and kills every entry whose key passes the test; returns how many. */
  deleteWhere(test: (key: CacheKey) => boolean, { subjects }: { subjects: boolean }): number {
    const before = this.#size;
    for (const [head, first] of this.#heads) {
      for (const entry of chain(first)) {
        const { principal, shape } = entry;
        if (test({ subject: subjects ? head : undefined, principal, shape })) {
          this.#unlink(head, entry);
        }
      }
    }
    return before - this.#size;
  }

  #unlink(head: string, entry: CacheEntry<T>): void {
    const first = this.#heads.get(head);
    if (first !== entry) {
      for (const before of chain(first)) if (before.next === entry) before.next = entry.next;
    } else if (entry.next === undefined) {
      this.#heads.delete(head);
    } else {
      this.#heads.set(head, entry.next);
    }
    entry.kill();
    this.#size--;
  }

  #makeRoom(): void {
    this.#standing = 0;
    this.#hand ??= this.#heads.entries();
    for (const [head, first] of this.#hand) {
      if (!takeSecondChance(first)) {
        this.#evict(head, first);
        return;
      }
      // Were it left behind the hand, newcomers would be taken out one by one, and it never, however long unused.
      this.#heads.delete(head);
      this.#heads.set(head, first);
    }
  }

  #evict(head: string, first: CacheEntry<T>): void {
    for (const entry of chain(first)) {
      this.#unlink(head, entry);
      this.#onEvicted(entry);
    }
  }
}

/** The entries of one subject, as they were when asked. */
function chain<T extends AccessToken>(first: CacheEntry<T> | undefined): CacheEntry<T>[] {
  const entries: CacheEntry<T>[] = [];
  for (let entry = first; entry !== undefined; entry = entry.next) entries.push(entry);
  return entries;
}

function takeSecondChance<T extends AccessToken>(first: CacheEntry<T>): boolean {
  let visited = false;
  for (const entry of chain(first)) {
    visited ||= entry.visited;
    entry.visited = false;
  }
  return visited;
}
