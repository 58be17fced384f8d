import type { CacheKey } from "../key/cache-key.ts";
import { framed } from "../key/request-shape.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** A ring with more entries than this gets an index when a lookup finds nothing. */
const MAX_WALKED = 16;

/** Names a user whose entries to remove: by the digest of the subject token, or by the principal. */
export type EntryUser = { readonly subject: string } | { readonly principal: string };

/**
 * A table of entries with a maximum size, by subject and then by target. When it is full, it evicts the oldest entry of the first
 * subject in the queue. After its turn, a subject moves to the end of the queue. An entry that was used since its last turn
 * stays: it gets a second chance. A hit therefore only sets a flag, and the cost of an eviction does not depend on the size.
 */
export class EntryTable<T extends AccessToken> {
  /**
   * The newest entry of each subject. Its `next` is the subject's oldest entry, so the entries form a ring, and both ends are
   * reached in one step. System tokens have no subject, so each target has its own ring.
   */
  readonly #rings = new Map<string, CacheEntry<T>>();
  /** Entries by target, for subjects with so many targets that a walk around the ring takes long. */
  readonly #indexes = new Map<string, Map<string, CacheEntry<T>>>();
  readonly #max: number;
  readonly #onEvicted: (entry: CacheEntry<T>) => void;
  /** The iterator of the last eviction, at the head of the queue. A new iterator would walk over all deleted places again. */
  #hand: MapIterator<[string, CacheEntry<T>]> | undefined;
  /** The number of entries added since the hand last moved. */
  #standing = 0;
  #size = 0;

  constructor(max: number, onEvicted: (entry: CacheEntry<T>) => void) {
    this.#max = max;
    this.#onEvicted = onEvicted;
  }

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  get(key: CacheKey): CacheEntry<T> | undefined {
    const name = key.subject ?? key.shape;
    const newest = this.#rings.get(name);
    if (newest === undefined || isOf(newest, key)) return newest;
    const index = this.#indexes.size === 0 ? undefined : this.#indexes.get(name);
    if (index !== undefined) return index.get(targetOf(key));
    let steps = 1;
    for (let entry = newest.next; entry !== newest; entry = entry.next) {
      if (isOf(entry, key)) return entry;
      steps++;
    }
    if (steps > MAX_WALKED) {
      const entries = inOrder(newest).map((entry) => [targetOf(entry), entry] as const);
      this.#indexes.set(name, new Map(entries));
    }
    return undefined;
  }

  /** Adds an entry. It removes and kills an earlier entry of the same key. */
  set(key: CacheKey, entry: CacheEntry<T>): void {
    if (this.#max === 0) return;
    this.delete(key);
    if (this.#size >= this.#max) this.#makeRoom();
    // An iterator that does not move keeps the Map's old storage alive.
    else if (++this.#standing > this.#max) this.#hand = undefined;
    const name = key.subject ?? key.shape;
    const newest = this.#rings.get(name);
    if (newest !== undefined) {
      entry.next = newest.next;
      newest.next = entry;
    }
    this.#rings.set(name, entry);
    this.#indexes.get(name)?.set(targetOf(entry), entry);
    this.#size++;
  }

  /** Removes one entry and kills it. */
  delete(key: CacheKey): boolean {
    const entry = this.get(key);
    if (entry === undefined) return false;
    let before = entry;
    while (before.next !== entry) before = before.next;
    this.#unlink(key.subject ?? key.shape, before);
    return true;
  }

  /** Removes and kills the entries of one user, in one pass; returns their number. */
  deleteUser(user: EntryUser): number {
    const before = this.#size;
    if ("subject" in user) {
      this.#deleteFrom(user.subject, () => true);
    } else {
      const isOfUser = (entry: CacheEntry<T>) => entry.principal === user.principal;
      for (const [name, newest] of this.#rings) {
        // Most users have one token. A ring with one entry is tested without building a list.
        if (newest.next !== newest || isOfUser(newest)) this.#deleteFrom(name, isOfUser);
      }
    }
    return before - this.#size;
  }

  /** Removes and kills every entry, in one pass. */
  clear(): void {
    for (const newest of this.#rings.values()) for (const entry of inOrder(newest)) entry.kill();
    this.#rings.clear();
    this.#indexes.clear();
    this.#hand = undefined;
    this.#size = 0;
  }

  /** Makes every entry doubtful. */
  doubt(now: number): void {
    for (const newest of this.#rings.values()) {
      for (const entry of inOrder(newest)) entry.doubt(now);
    }
  }

  /** Removes and kills those entries of one ring that pass the test. */
  #deleteFrom(name: string, test: (entry: CacheEntry<T>) => boolean): void {
    let before = this.#rings.get(name);
    if (before === undefined) return;
    for (const entry of inOrder(before)) {
      if (test(entry)) this.#unlink(name, before);
      else before = entry;
    }
  }

  /** Removes and kills the entry after `before` in its ring. In a ring with one entry, that is `before` itself. */
  #unlink(name: string, before: CacheEntry<T>): void {
    const entry = before.next;
    if (entry === before) {
      this.#rings.delete(name);
      this.#indexes.delete(name);
    } else {
      this.#indexes.get(name)?.delete(targetOf(entry));
      before.next = entry.next;
      if (this.#rings.get(name) === entry) this.#rings.set(name, before);
    }
    entry.kill();
    this.#size--;
  }

  #makeRoom(): void {
    this.#standing = 0;
    this.#hand ??= this.#rings.entries();
    for (const [name, newest] of this.#hand) {
      const before = beforeVictim(newest);
      if (newest.next !== newest || before === undefined) {
        // Behind the hand it would never have a turn again, and only new entries would be evicted.
        this.#rings.delete(name);
        this.#rings.set(name, newest);
      }
      if (before === undefined) continue;
      const entry = before.next;
      this.#unlink(name, before);
      this.#onEvicted(entry);
      return;
    }
  }
}

type Target = Pick<CacheKey, "principal" | "shape">;

function isOf(entry: Target, { principal, shape }: Target): boolean {
  return entry.shape === shape && entry.principal === principal;
}

function targetOf({ principal, shape }: Target): string {
  return principal === undefined ? shape : framed(principal) + shape;
}

/**
 * Finds the oldest entry of a ring that was not used since its last turn, and clears the flag of the older entries.
 *
 * @returns the entry before the one found; `undefined` if all entries were used.
 */
function beforeVictim<T extends AccessToken>(newest: CacheEntry<T>): CacheEntry<T> | undefined {
  let before = newest;
  do {
    const entry = before.next;
    if (!entry.visited) return before;
    entry.visited = false;
    before = entry;
  } while (before !== newest);
  return undefined;
}

/** Lists the current entries of a ring, the oldest first. */
function inOrder<T extends AccessToken>(newest: CacheEntry<T>): CacheEntry<T>[] {
  const entries: CacheEntry<T>[] = [];
  let entry = newest;
  do {
    entry = entry.next;
    entries.push(entry);
  } while (entry !== newest);
  return entries;
}
