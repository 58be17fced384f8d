/** A wall clock, a monotonic clock and a timer. Everything that depends on time takes a `Clock`. */
export interface Clock {
  /** Returns the wall clock's time in epoch milliseconds. It may jump forward or back. */
  now(): number;
  /** Returns the monotonic clock's time: milliseconds since some fixed moment. It may stand still while the machine sleeps. */
  monotonic(): number;
  /**
   * Calls `callback` once after `ms` milliseconds; the returned function cancels the timer. Only calls that wait for a token
   * endpoint that is down use it. Default: `setTimeout`.
   */
  timer?(callback: () => void, ms: number): () => void;
}

/** The clocks of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Calls `callback` once after `ms` milliseconds of the clock; the returned function cancels the timer. */
export function startTimer(
  clock: Clock,
  { callback, ms }: { callback: () => void; ms: number },
): () => void {
  if (clock.timer !== undefined) return clock.timer(callback, ms);
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
