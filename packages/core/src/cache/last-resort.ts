import { type Clock, startTimer } from "../time/clock.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** What {@link withLastResort} works with. */
export interface LastResortContext {
  readonly clock: Clock;
  readonly time: HybridClock;
  /** The longest wait for a better token, in milliseconds. */
  readonly maxWaitMs: number;
}

/**
 * Waits for a better token than one that is expired by its buffer and still lives. If that takes too long, the old one is
 * handed out before its own end comes.
 */
export function withLastResort<T extends AccessToken>(
  better: Promise<T>,
  entry: CacheEntry<T>,
  { clock, time, maxWaitMs }: LastResortContext,
): Promise<T> {
  const ms = Math.max(0, Math.min(maxWaitMs, entry.lastResortUntil - 1 - time.now()));
  return new Promise((resolve, reject) => {
    const cancel = startTimer(clock, {
      // An entry that was dropped meanwhile is no resort.
      callback: () => entry.isLastResort(time.now()) && resolve(entry.token),
      ms,
    });
    better.then(resolve, reject).finally(cancel);
  });
}
