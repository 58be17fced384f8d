import type { CacheKey } from "../key/cache-key.ts";
import { framed } from "../key/request-shape.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** A ring with more entries gets an index when one is looked for in vain. */
const MAX_WALKED = 16;

/** A user whose entries are looked for: by the digest of the subject token, or by name. */
export type EntryUser = { readonly subject: string } | { readonly principal: string };

/**
 * A bounded table of entries, by subject and then by target. When it is full, the oldest entry of the subject that is
 * longest in line goes. A subject goes to the back of the line whenever its turn came, and an entry that was used since
 * its last turn stays: a second chance. A hit therefore only sets a bit, and the cost of making room does not depend on
 * the size.
 */
export class EntryTable<T extends AccessToken> {
  /**
   * The newest entry of each subject; its `next` is the subject's oldest, so that the chain is a ring with both ends at
   * hand. System tokens have no subject, so each target has a ring of its own.
   */
  readonly #rings = new Map<string, CacheEntry<T>>();
  /** By target, for subjects that have so many of them that a walk around the ring takes long. */
  readonly #indexes = new Map<string, Map<string, CacheEntry<T>>>();
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

  /** Adds an entry, or replaces and kills the one of the same key. */
  set(key: CacheKey, entry: CacheEntry<T>): void {
    if (this.#max === 0) return;
    this.delete(key);
    if (this.#size >= this.#max) this.#makeRoom();
    // A Map's iterator that stands still keeps alive all that the Map has outgrown.
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

  /** Takes one entry out and kills it. */
  delete(key: CacheKey): boolean {
    const entry = this.get(key);
    if (entry === undefined) return false;
    let before = entry;
    while (before.next !== entry) before = before.next;
    this.#unlink(key.subject ?? key.shape, before);
    return true;
  }

  /** Takes out and kills the entries of one user, in one pass; returns how many. */
  deleteUser(user: EntryUser): number {
    const before = this.#size;
    if ("subject" in user) {
      this.#deleteFrom(user.subject, () => true);
    } else {
      const isOfUser = (entry: CacheEntry<T>) => entry.principal === user.principal;
      for (const [name, newest] of this.#rings) {
        // Most users have one token: such a ring is judged without a list of it.
        if (newest.next !== newest || isOfUser(newest)) this.#deleteFrom(name, isOfUser);
      }
    }
    return before - this.#size;
  }

  /** Takes out and kills every entry, in one pass. */
  clear(): void {
    for (const newest of this.#rings.values()) for (const entry of inOrder(newest)) entry.kill();
    this.#rings.clear();
    this.#indexes.clear();
    this.#hand = undefined;
    this.#size = 0;
  }

  /** Takes those entries out of one ring that pass the test, and kills them. */
  #deleteFrom(name: string, test: (entry: CacheEntry<T>) => boolean): void {
    let before = this.#rings.get(name);
    if (before === undefined) return;
    for (const entry of inOrder(before)) {
      if (test(entry)) this.#unlink(name, before);
      else before = entry;
    }
  }

  /** Takes out and kills the entry that follows `before` in its ring, which is the same one if it stands alone. */
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
        // Were it left behind the hand, newcomers would be taken out one by one, and it never, however long unused.
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
 * Finds the oldest entry of a ring that was not used since its last turn, and takes the chance of those before it.
 *
 * @returns the entry before that one; `undefined` if all were used.
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

/** The entries of a ring as they were when asked, the oldest first. */
function inOrder<T extends AccessToken>(newest: CacheEntry<T>): CacheEntry<T>[] {
  const entries: CacheEntry<T>[] = [];
  let entry = newest;
  do {
    entry = entry.next;
    entries.push(entry);
  } while (entry !== newest);
  return entries;
}
