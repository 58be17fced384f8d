/** The mock's clock: everything it issues and verifies reads this one. */
export interface Clock {
  /** Returns the mock's time in epoch milliseconds. */
  now(): number;
  /** How far the mock's time is ahead of the machine's, in milliseconds. Default 0. */
  offsetMs: number;
}

/** Creates a clock that runs with the machine's and can be moved. */
export function createClock(): Clock {
  const clock: Clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs };
  return clock;
}

/** Turns epoch milliseconds into a JWT's NumericDate. */
export function numericDate(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
