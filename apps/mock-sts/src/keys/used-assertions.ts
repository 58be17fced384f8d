import { digest } from "../oauth/fingerprint.ts";

/** Remembers assertions until they expire: RFC 7523 §3 lets a server accept each only once. */
export class UsedAssertions {
  /** Expiry (epoch milliseconds) by SHA-256. */
  readonly #expiries = new Map<string, number>();

  /** Marks an assertion as used; returns false if it was used before. */
  use(assertion: string, { notAfter, now }: { notAfter: number; now: number }): boolean {
    for (const [mark, expiry] of this.#expiries) if (expiry < now) this.#expiries.delete(mark);
    const mark = digest(assertion);
    if (this.#expiries.has(mark)) return false;
    this.#expiries.set(mark, notAfter);
    return true;
  }
}
