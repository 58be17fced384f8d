import { type Clock, systemClock } from "./clock.ts";
import { untilAborted } from "./until-aborted.ts";

/** The time and the signal that one piece of work has. */
export interface Deadline {
  /** Aborted when the time is over, or when one of the signals is that the deadline was made of. */
  readonly signal: AbortSignal;
  /** Milliseconds left. */
  leftMs(): number;
}

/** What ends the work. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  /** Makes the reason with which the signal is aborted when the time is over. */
  readonly timeoutReason: () => Error;
  /** Signals that end the work too. */
  readonly signals?: readonly (AbortSignal | undefined)[];
  /** Counts what is left. Default: the machine's clocks. */
  readonly clock?: Clock;
  /** Whether a process with nothing else to do may end before the time is over. Default `false`. */
  readonly unref?: boolean;
}

/**
 * Waits for work no longer than its deadline, also if the work never settles. The work gets a signal that ends with the wait.
 *
 * @throws The reason that ended the wait, whatever the work made of the abort; else what the work throws.
 */
export async function withinDeadline<R>(
  { timeoutMs, timeoutReason, signals = [], clock = systemClock, unref = false }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<R>,
): Promise<R> {
  for (const signal of signals) signal?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const end = clock.monotonic() + timeoutMs;
  const timer = setTimeout(() => controller.abort(timeoutReason()), timeoutMs);
  if (unref) timer.unref?.();
  const unfollow = signals.map((given) => given && follow(given, controller));
  try {
    return await untilAborted(work({ signal, leftMs: () => end - clock.monotonic() }), signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    for (const stop of unfollow) stop?.();
  }
}

/** By hand: `AbortSignal.any` and `AbortSignal.timeout` leave something behind on a signal that outlives the work. */
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
