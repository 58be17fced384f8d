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
export async function withDeadline<T>(
  { timeoutMs, clock, timeoutReason, signals }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const signal = AbortSignal.any([
    timeout.signal,
    ...signals.filter((given) => given !== undefined),
  ]);
  signal.throwIfAborted();
  const timer = setTimeout(() => timeout.abort(timeoutReason()), timeoutMs);
  const end = clock.monotonic() + timeoutMs;
  try {
    return await work({ signal, leftMs: () => end - clock.monotonic() });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
