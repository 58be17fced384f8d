import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/** How often the process that started the mock is looked for, in milliseconds. */
export const LOOK_INTERVAL_MS = 1_000;

/** The process that started the mock, as far as the mock can see. */
export interface Starter {
  /** The standard input of the mock, if it is a pipe that the starter can close. */
  readonly pipe: Pick<Readable, "once" | "resume"> | undefined;
  /** Whether the standard input is a terminal. */
  readonly isTerminal: boolean;
  /** Whether the starter does nothing but wait for the mock, as npx does. */
  readonly isWaiting: boolean;
  /** Tells whether the starter has ended. */
  readonly isGone: () => boolean;
}

/**
 * Resolves when the process that started the mock is gone, or closes the mock's standard input.
 *
 * A standard input that is neither a terminal nor an open pipe says that the mock is meant to stay
 * in the background. It then never resolves, except for a starter that waits for the mock.
 */
export async function untilAbandoned({ pipe, isTerminal, isWaiting, isGone }: Starter) {
  const closed = pipe && closing(pipe);
  const isOpen = closed !== undefined && !(await hasSettled(closed));
  const ways = [
    ...(isOpen ? [closed] : []),
    ...(isOpen || isTerminal || isWaiting ? [untilTrue(isGone)] : []),
  ];
  // A race of no ways is never decided.
  await Promise.race(ways);
}

/** What a starter writes into the pipe is dropped. */
async function closing(pipe: NonNullable<Starter["pipe"]>): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) pipe.once(event, () => resolve());
  });
  pipe.resume();
  await ended;
}

/** The end of a pipe that was closed before this process looked is seen in the first turn of the event loop. */
async function hasSettled(promise: Promise<void>): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  for (let turn = 0; turn < 3; turn++) await setImmediate();
  return isSettled;
}

function untilTrue(isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isTrue()) return;
      clearInterval(timer);
      resolve();
    }, LOOK_INTERVAL_MS);
    timer.unref();
  });
}
