import { digest } from "../oauth/fingerprint.ts";

/** Remembers assertions until they end: RFC 7523, section 3 lets a server take each once only. */
export class UsedAssertions {
  /** SHA-256 to end of validity (epoch milliseconds). */
  readonly #ends = new Map<string, number>();

  /** Notes that an assertion is used now; false if it was used before. */
  use(assertion: string, { notAfter, now }: { notAfter: number; now: number }): boolean {
    for (const [mark, end] of this.#ends) if (end < now) this.#ends.delete(mark);
    const mark = digest(assertion);
    if (this.#ends.has(mark)) return false;
    this.#ends.set(mark, notAfter);
    return true;
  }
}
