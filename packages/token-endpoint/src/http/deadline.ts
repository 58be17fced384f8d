import type { Clock } from "@agent-oauth/core";

/** The time and the signal that one piece of work has. */
export interface Deadline {
  /** Aborted when the time is over, or when one of the signals it was made of is. */
  readonly signal: AbortSignal;
  /** Milliseconds left. */
  leftMs(): number;
}

/** What ends the work. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Makes the reason with which the signal is aborted when the time is over. */
  readonly timeoutReason: () => Error;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** Runs the work under a deadline; what ends it is thrown as it is, whatever the work made of the abort. */
export async function withinDeadline<T>(
  { timeoutMs, clock, timeoutReason, signals }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const end = clock.monotonic() + timeoutMs;
  const timer = setTimeout(() => controller.abort(timeoutReason()), timeoutMs);
  const unfollow = signals.map((given) => given && follow(given, controller));
  try {
    signal.throwIfAborted();
    return await work({ signal, leftMs: () => end - clock.monotonic() });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    for (const stop of unfollow) stop?.();
  }
}

/** By hand, since AbortSignal.any leaves something behind on a signal that outlives the work. */
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const onAbort = () => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
