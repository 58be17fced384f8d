import type { Clock } from "@agent-oauth/core";

/** How long a value is kept. */
export interface RememberedOptions {
  readonly lifetimeMs: number;
  readonly clock: Clock;
}

/**
 * Makes a function that makes its value once for all who ask at a time, and keeps it for a while. A failure is
 * not kept. A signal ends its caller's wait only.
 */
export function remembered<T>(
  make: () => Promise<T>,
  { lifetimeMs, clock }: RememberedOptions,
): (signal: AbortSignal) => Promise<T> {
  let kept: { promise: Promise<T>; until: number } | undefined;
  return (signal) => {
    if (kept === undefined || clock.monotonic() >= kept.until) {
      const made = { promise: make(), until: Number.POSITIVE_INFINITY };
      kept = made;
      made.promise.then(
        () => {
          made.until = clock.monotonic() + lifetimeMs;
        },
        () => {
          made.until = Number.NEGATIVE_INFINITY;
        },
      );
    }
    return untilAborted(kept.promise, signal);
  };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
