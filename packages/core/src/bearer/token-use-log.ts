import type { Clock } from "../time/clock.ts";

/**
 * How long after a replacement a refusal may still be about the old token. Within the same time a cache does not replace a
 * replacement (`minRefreshIntervalMs`).
 */
const LATE_MS = 5_000;

/**
 * Works out which token a refusal is about, for callers that do not know. It counts how many times each token was handed out. A
 * refusal soon after the token changed counts as a late refusal of the old token, once for each use of the old token that was
 * not refused yet. The log holds digests of tokens, since only a cache keeps tokens.
 */
export class TokenUseLog {
  readonly #clock: Clock;
  #current: string | undefined;
  /** The number of uses of the current token that were not refused. */
  #uses = 0;
  #previous: string | undefined;
  #previousUses = 0;
  #changedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records that a request goes out with a token; `token` is its digest. */
  handedOut(token: string): void {
    if (token !== this.#current) {
      this.#previous = this.#current;
      this.#previousUses = this.#uses;
      this.#changedAt = this.#clock.monotonic();
      this.#current = token;
      this.#uses = 0;
    }
    this.#uses++;
  }

  /** Returns the digest of the token that a refusal at this moment is about; `undefined` if no token was handed out. */
  refused(): string | undefined {
    const isSoon = this.#clock.monotonic() - this.#changedAt < LATE_MS;
    if (isSoon && this.#previousUses > 0) {
      this.#previousUses--;
      return this.#previous;
    }
    if (this.#uses > 0) this.#uses--;
    return this.#current;
  }
}
