import { type Clock, startTimer } from "../time/clock.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/**
 * Waits for a new token while the old one is within its expiry buffer. If the wait takes too long, it returns the old token
 * before that token's own expiry.
 */
export function withLastResort<T extends AccessToken>(
  better: Promise<T>,
  entry: CacheEntry<T>,
  { clock, time, maxWaitMs }: LastResortContext,
): Promise<T> {
  const ms = Math.max(0, Math.min(maxWaitMs, entry.lastResortUntil - 1 - time.now()));
  return new Promise((resolve, reject) => {
    const cancel = startTimer(clock, {
      // An entry that was killed in the meantime must not be used.
      callback: () => entry.isLastResort(time.now()) && resolve(entry.token),
      ms,
    });
    better.then(resolve, reject).finally(cancel);
  });
}

/** The clocks and the limit of {@link withLastResort}. */
export interface LastResortContext {
  readonly clock: Clock;
  readonly time: HybridClock;
  /** The longest wait for a new token, in milliseconds. */
  readonly maxWaitMs: number;
}
