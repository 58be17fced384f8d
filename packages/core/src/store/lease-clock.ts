import type { Clock } from "../time/clock.ts";
import { HybridClock } from "../time/hybrid-clock.ts";
import type { StoreLease } from "./store-outcomes.ts";

/**
 * Says how long a lease is still had, by the clock of this process. It counts from before the lease was asked for, so it ends no
 * later than the store's; and it counts what the process slept.
 */
export class LeaseClock {
  readonly #clock: HybridClock;

  constructor(clock: Clock) {
    this.#clock = new HybridClock(clock, { askAlways: true });
  }

  /** The instant to pass as `askedAt`. */
  now(): number {
    return this.#clock.now();
  }

  /** Makes the lease that the store gave. */
  lease(
    { key, owner, fence, since }: Omit<StoreLease, "leftMs">,
    { askedAt, forMs }: { askedAt: number; forMs: number },
  ): StoreLease {
    const endsAt = askedAt + forMs;
    return { key, owner, fence, since, leftMs: () => Math.max(0, endsAt - this.#clock.now()) };
  }
}
