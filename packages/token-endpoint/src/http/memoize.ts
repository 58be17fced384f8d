import type { Clock } from "@agent-oauth/core";
import { untilAborted } from "@agent-oauth/core/internal";

/** A value that is made when it is first asked for, and kept for a while. */
export interface Memoized<T> {
  /** Returns the value. The signal ends this caller's wait only. */
  get(signal: AbortSignal): Promise<T>;
  /** Makes the next call make the value anew, unless that has happened already. */
  forget(value: T): void;
}

/** Makes a value once for all who ask at a time, and keeps it for a while. A failure is not kept. */
export function memoize<T>(
  make: () => Promise<T>,
  { lifetimeMs, clock }: MemoizeOptions,
): Memoized<T> {
  let kept: { promise: Promise<T>; until: number; value?: T } | undefined;
  return {
    get(signal) {
      if (kept === undefined || clock.monotonic() >= kept.until) {
        const made: typeof kept = { promise: make(), until: Number.POSITIVE_INFINITY };
        kept = made;
        made.promise.then(
          (value) => {
            made.value = value;
            made.until = clock.monotonic() + lifetimeMs;
          },
          () => {
            made.until = Number.NEGATIVE_INFINITY;
          },
        );
      }
      return untilAborted(kept.promise, signal);
    },
    forget(value) {
      if (kept?.value === value) kept = undefined;
    },
  };
}

/** How long a value is kept. */
export interface MemoizeOptions {
  readonly lifetimeMs: number;
  readonly clock: Clock;
}
