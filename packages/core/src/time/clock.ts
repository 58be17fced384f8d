/** The two clocks everything that judges time is given, and a timer. */
export interface Clock {
  /** Wall clock: epoch milliseconds. It may step either way. */
  now(): number;
  /** Monotonic clock: milliseconds since some fixed moment. It may stand still while the machine sleeps. */
  monotonic(): number;
  /**
   * Calls back once after so many milliseconds; the returned function cancels that. Only calls that wait for a token endpoint
   * which is down use it. Default: `setTimeout`.
   */
  timer?(callback: () => void, ms: number): () => void;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Calls back once after so many milliseconds of a clock; the returned function cancels that. */
export function startTimer(
  clock: Clock,
  { callback, ms }: { callback: () => void; ms: number },
): () => void {
  if (clock.timer !== undefined) return clock.timer(callback, ms);
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
