/** The two clocks everything that judges time is given. */
export interface Clock {
  /** Wall clock: epoch milliseconds. It may step either way. */
  now(): number;
  /** Monotonic clock: milliseconds since some fixed moment. It may stand still while the machine sleeps. */
  monotonic(): number;
}

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
