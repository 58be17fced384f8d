import type { Clock } from "@agent-oauth/core";
import { HybridClock } from "@agent-oauth/core/internal";

/** Returns the wall clock in microseconds since the epoch. It does not go back while this process lives. */
export function wallMicros(clock: Clock): () => number {
  const start = clock.now();
  const hybrid = new HybridClock(clock, { askAlways: true });
  const offset = start - hybrid.now();
  return () => Math.floor((hybrid.now() + offset) * 1_000);
}
