import { type Clock, systemClock } from "./clock.ts";
import { untilAborted } from "./until-aborted.ts";

/** The time limit of one piece of work, and the signal that ends the work. */
export interface Deadline {
  /** Aborted when the time is over, or when one of the option `signals` is aborted. */
  readonly signal: AbortSignal;
  /** Milliseconds left. */
  leftMs(): number;
}

/** Options of {@link withinDeadline}. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  /** Returns the abort reason of the signal when the time is over. */
  readonly timeoutReason: () => Error;
  /** Further signals that end the work. */
  readonly signals?: readonly (AbortSignal | undefined)[];
  /** Measures the remaining time. Default: the machine's clocks. */
  readonly clock?: Clock;
  /** Whether an otherwise idle process may end before the time is over. Default `false`. */
  readonly unref?: boolean;
}

/**
 * Waits for the work until its deadline at the latest, even if the work never settles. The work gets a signal, which is aborted
 * when the wait ends early.
 *
 * @throws The abort reason if the wait ended early, whatever error the work throws after the abort; otherwise the error of the
 * work.
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

/** `AbortSignal.any` and `AbortSignal.timeout` leak memory on a signal that outlives the work, so this uses a listener. */
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
