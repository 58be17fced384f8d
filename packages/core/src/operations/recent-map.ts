/** A bounded map: when it is full, what was not used for longest goes. */
export class RecentMap<K, V> {
  readonly #max: number;
  readonly #onEvicted: ((value: V, key: K) => void) | undefined;
  /** Longest unused first. */
  readonly #values = new Map<K, V>();

  constructor(max: number, onEvicted?: (value: V, key: K) => void) {
    this.#max = max;
    this.#onEvicted = onEvicted;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Returns a value, which counts as a use of it. */
  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#values.delete(key);
    if (this.#values.size >= this.#max) this.#evictOldest();
    this.#values.set(key, value);
  }

  delete(key: K): boolean {
    return this.#values.delete(key);
  }

  /** Takes out every value that passes the test; returns how many. */
  deleteWhere(test: (value: V) => boolean): number {
    const before = this.#values.size;
    for (const [key, value] of this.#values) if (test(value)) this.#values.delete(key);
    return before - this.#values.size;
  }

  #evictOldest(): void {
    for (const [key, value] of this.#values) {
      this.#values.delete(key);
      this.#onEvicted?.(value, key);
      return;
    }
  }
}

const MAX_CAPACITY = 2 ** 24;

/**
 * Checks how much a bounded map may hold.
 *
 * @throws TypeError | RangeError naming the option, and what cannot be done with it.
 */
export function checkCapacity(
  value: unknown,
  { option, doing }: { option: string; doing: string },
): void {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${doing}: "${option}" must be a number`);
  }
  if (!Number.isInteger(value) || value < 1 || value > MAX_CAPACITY) {
    throw new RangeError(
      `Cannot ${doing}: "${option}" must be a whole number from 1 to ${MAX_CAPACITY}, not ${value}`,
    );
  }
}
