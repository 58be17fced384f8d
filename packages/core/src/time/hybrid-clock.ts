import { type Clock, systemClock } from "./clock.ts";

/** When the wall clock has moved forward by this much, the monotonic clock is read to confirm it. */
const TRUSTED_MS = 1_000;
/** The monotonic clock is also read after this many readings, to detect a wall clock that stands still. */
const READINGS_TRUSTED = 64;
/** A smaller difference between the wall clock and the monotonic clock comes from rounding and slewing. */
const TOLERANCE_MS = 100;

/**
 * A clock that never goes back. It follows the wall clock forward, so a token that expired while the machine slept counts as
 * expired. When the wall clock is set back, it continues with the monotonic clock, so an expired token stays expired. Its
 * instants are whole milliseconds since the hybrid clock was created: small integers.
 */
export class HybridClock {
  readonly #clock: Clock;
  /** Reading both clocks each time would double the cost of a cache hit, so only injected clocks are read each time. */
  readonly #readingsTrusted: number;
  /** Added to a reading of the wall clock, it gives an instant of this clock. */
  #correction: number;
  /** The largest difference (wall clock minus monotonic clock) since the last correction. */
  #offset: number;
  /** Until the wall clock reaches this reading, it is trusted without reading the monotonic clock. */
  #trustedUntil = 0;
  #lastWall = 0;
  /** The instant of the latest reading. */
  #last = 0;
  /** After this many readings the monotonic clock is read again. */
  #readingsLeft = 0;

  constructor(clock: Clock, { askAlways = clock !== systemClock }: { askAlways?: boolean } = {}) {
    this.#clock = clock;
    this.#readingsTrusted = askAlways ? 1 : READINGS_TRUSTED;
    const wall = clock.now();
    this.#correction = -Math.floor(wall);
    this.#offset = wall - clock.monotonic();
    this.#ask(wall);
  }

  /** Returns the current instant. */
  now(): number {
    const wall = this.#clock.now();
    // Under load most readings are of the same millisecond as the one before.
    if (wall === this.#lastWall && --this.#readingsLeft > 0) return this.#last;
    return this.#instantOf(wall);
  }

  /** Converts epoch milliseconds of the wall clock, as it runs now, to an instant of this clock. */
  at(epochMs: number): number {
    return Math.floor(epochMs) + this.#correction;
  }

  #instantOf(wall: number): number {
    const isTrusted = wall < this.#trustedUntil && wall >= this.#lastWall;
    if (!isTrusted || --this.#readingsLeft <= 0) this.#ask(wall);
    this.#lastWall = wall;
    this.#last = wall + this.#correction;
    return this.#last;
  }

  #ask(wall: number): void {
    this.#readingsLeft = this.#readingsTrusted;
    const offset = wall - this.#clock.monotonic();
    const back = this.#offset - offset;
    if (back > TOLERANCE_MS) this.#correction += Math.ceil(back);
    if (back > TOLERANCE_MS || back < 0) this.#offset = offset;
    this.#trustedUntil = wall + TRUSTED_MS;
  }
}
