/** What ends some work before it is done. */
export interface DeadlineOptions {
  readonly timeoutMs: number;
  /** Makes the reason with which the work's signal is aborted when the time is over. */
  readonly timeoutReason: () => Error;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** Runs the work under a deadline; what ends it is thrown as it is, whatever the work made of the abort. */
export async function withDeadline<T>(
  { timeoutMs, timeoutReason, signals }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(timeoutReason()), timeoutMs);
  const unfollow = signals.map((given) => given && follow(given, controller));
  try {
    signal.throwIfAborted();
    return await work(signal);
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
