import type { Clock } from "../time/clock.ts";

/**
 * How long after a token was replaced a refusal may still be about the old one. Within this time a cache asks for no
 * replacement of a replacement either (`minRefreshIntervalMs`).
 */
const LATE_MS = 5_000;

/**
 * Works out which token a refusal is about, for callers that are not told: from which tokens were handed out, and how
 * many times. A refusal soon after the token changed is taken for a late one of the old token, once for each use
 * of that token that was not refused yet. Tokens are known by their digests here: only a cache keeps tokens.
 */
export class TokenUseLog {
  readonly #clock: Clock;
  #current: string | undefined;
  /** How many uses of the current token were not refused. */
  #uses = 0;
  #previous: string | undefined;
  #previousUses = 0;
  #changedAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note that a request goes out with the token of this digest. */
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

  /** Returns the digest of the token that a refusal which came now is about; `undefined` if none was handed out. */
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
