import { numberOption } from "../options/option-values.ts";
import type { Clock } from "../time/clock.ts";

/** A clock that moves only when a test moves it. */
export interface FakeClock extends Required<Clock> {
  /** Moves both clocks forward by `ms` milliseconds, and runs the timers that are due. */
  advance(ms: number): void;
  /** Moves only the wall clock, forward or back, like a correction of the time or a wake-up from sleep. */
  step(ms: number): void;
}

/** The instants of a `Date` (ECMA-262 §21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Makes a clock that stands still until it is moved.
 *
 * @param start epoch milliseconds; default 2026-01-01T00:00:00Z.
 * @throws TypeError if `start` is not a number, RangeError if it is not finite.
 */
export function createFakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  const doing = "create a fake clock";
  numberOption(start, { option: "start", doing, min: -MAX_DATE_MS, max: MAX_DATE_MS });
  const timers = new Set<Timer>();
  let wall = start;
  let monotonic = 1_000;
  const pass = (ms: number) => {
    wall += ms;
    monotonic += ms;
  };
  const nextUntil = (end: number) =>
    [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  return {
    now: () => wall,
    monotonic: () => monotonic,
    timer(callback, ms) {
      const timer = { at: monotonic + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = monotonic + ms;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        pass(Math.max(0, timer.at - monotonic));
        timer.callback();
      }
      pass(end - monotonic);
    },
    step(ms) {
      wall += ms;
    },
  };
}
