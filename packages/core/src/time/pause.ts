import { type Clock, startTimer } from "./clock.ts";

/** Waits for `ms` milliseconds of a clock; rejects with the signal's reason when the signal is aborted. */
export function pause(
  clock: Clock,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = () => done(() => reject(signal.reason));
    const cancel = startTimer(clock, { callback: () => done(resolve), ms });
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
