import type { Clock } from "../clock.ts";

/** A clock that moves only when told to. */
export interface FakeClock extends Clock {
  /** Moves both clocks forward by so many milliseconds, as time passing does. */
  advance(ms: number): void;
  /** Moves the wall clock alone, either way, as a correction of the time does, or waking from sleep. */
  step(ms: number): void;
}

/**
 * Makes a clock that stands still until it is moved.
 *
 * @param start epoch milliseconds; default 2026-01-01T00:00:00Z.
 */
export function createFakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = start;
  let monotonic = 1_000;
  return {
    now: () => wall,
    monotonic: () => monotonic,
    advance(ms) {
      wall += ms;
      monotonic += ms;
    },
    step(ms) {
      wall += ms;
    },
  };
}
