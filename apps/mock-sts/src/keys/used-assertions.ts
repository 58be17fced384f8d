import { digest } from "../oauth/fingerprint.ts";

/** Remembers assertions until they end: RFC 7523, section 3 lets a server take each once only. */
export class UsedAssertions {
  /** SHA-256 to end of validity (epoch milliseconds). */
  readonly #expiries = new Map<string, number>();

  /** Notes that an assertion is used now; false if it was used before. */
  use(assertion: string, { notAfter, now }: { notAfter: number; now: number }): boolean {
    for (const [mark, expiry] of this.#expiries) if (expiry < now) this.#expiries.delete(mark);
    const mark = digest(assertion);
    if (this.#expiries.has(mark)) return false;
    this.#expiries.set(mark, notAfter);
    return true;
  }
}
