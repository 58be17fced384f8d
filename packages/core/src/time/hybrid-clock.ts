import { type Clock, systemClock } from "./clock.ts";

/** How far the wall clock may move forward before the monotonic clock is asked whether that much time passed. */
const TRUSTED_MS = 1_000;
/** The monotonic clock is asked at each so many readings too: a wall clock that stands still looks like no time passing. */
const READINGS_TRUSTED = 16;
/** Below this, wall and monotonic clock disagree by rounding and slewing alone. */
const TOLERANCE_MS = 100;

/**
 * Time that never goes back. It follows the wall clock forward, so that a token that died while the machine slept is
 * seen as dead, and where the wall clock is put back it carries on by the monotonic clock, so that a dead token does
 * not come back to life. Instants on it are whole milliseconds since the time was made: small integers.
 */
export class HybridClock {
  readonly #clock: Clock;
  /** Asking both clocks each time costs as much again as a whole cache hit, so only injected clocks are. */
  readonly #trustedMs: number;
  /** What turns the wall clock's reading into an instant here. */
  #correction: number;
  /** Largest wall minus monotonic seen since the last correction. */
  #offset: number;
  /** From the last reading up to this one the wall clock is believed without asking the monotonic clock. */
  #trustedUntil = 0;
  #lastWall = 0;
  #readings = 0;

  constructor(clock: Clock, { askAlways = clock !== systemClock }: { askAlways?: boolean } = {}) {
    this.#clock = clock;
    this.#trustedMs = askAlways ? 0 : TRUSTED_MS;
    const wall = clock.now();
    this.#correction = -Math.floor(wall);
    this.#offset = wall - clock.monotonic();
    this.#ask(wall);
  }

  /** This moment. */
  now(): number {
    const wall = this.#clock.now();
    const isTrusted = wall < this.#trustedUntil && wall >= this.#lastWall;
    if (!isTrusted || ++this.#readings >= READINGS_TRUSTED) this.#ask(wall);
    this.#lastWall = wall;
    return wall + this.#correction;
  }

  /** Where an instant of the wall clock, in epoch milliseconds, lies as the wall clock goes now. */
  at(epochMs: number): number {
    return Math.floor(epochMs) + this.#correction;
  }

  #ask(wall: number): void {
    this.#readings = 0;
    const offset = wall - this.#clock.monotonic();
    const back = this.#offset - offset;
    if (back > TOLERANCE_MS) this.#correction += Math.ceil(back);
    if (back > TOLERANCE_MS || back < 0) this.#offset = offset;
    this.#trustedUntil = wall + this.#trustedMs;
  }
}
