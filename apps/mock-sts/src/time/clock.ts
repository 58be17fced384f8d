/** The clock of a mock, which everything that issues and verifies reads. */
export interface Clock {
  /** Returns the mock's time in epoch milliseconds. */
  now(): number;
  /** How far the mock's time is ahead of the machine's, in milliseconds. Default 0. */
  offsetMs: number;
}

/** A clock that can be moved. */
export interface MovableClock extends Clock {
  /** Whether it is stopped. */
  readonly frozen: boolean;
  /** Stops it: at an instant in epoch milliseconds, or at its current time. */
  freeze(at?: number): void;
  /** Moves it by some milliseconds, backwards if negative; a stopped clock stays stopped. */
  advance(ms: number): void;
  /** Lets it run on from its current time. */
  release(): void;
  /** Sets it back to the machine's time. */
  reset(): void;
}

/** The last instant with a year of four digits: certificates and logs cannot show later ones. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);

/** Creates a clock that follows the machine's clock and can be moved. */
export function createClock(machine: () => number = Date.now): MovableClock {
  let offset = 0;
  let frozenAt: number | undefined;
  const now = () => frozenAt ?? machine() + offset;
  const moveTo = (instant: number) => {
    checkInstant(instant);
    if (frozenAt !== undefined) frozenAt = instant;
    else offset = instant - machine();
  };
  return {
    now,
    get offsetMs() {
      return frozenAt === undefined ? offset : frozenAt - machine();
    },
    set offsetMs(value) {
      checkInstant(machine() + value);
      if (frozenAt !== undefined) frozenAt = machine() + value;
      else offset = value;
    },
    get frozen() {
      return frozenAt !== undefined;
    },
    freeze(at = now()) {
      frozenAt = checkInstant(at);
    },
    advance: (ms) => moveTo(now() + ms),
    release() {
      offset = now() - machine();
      frozenAt = undefined;
    },
    reset() {
      offset = 0;
      frozenAt = undefined;
    },
  };
}

function checkInstant(instant: number): number {
  if (instant >= 0 && instant <= LAST_INSTANT) return instant;
  throw new RangeError("Cannot move the clock: it must stay between the years 1970 and 9999");
}

/** Turns epoch milliseconds into a JWT's NumericDate. */
export function numericDate(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
