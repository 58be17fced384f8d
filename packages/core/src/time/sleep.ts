import { systemClock } from "./clock.ts";
import { pause } from "./pause.ts";

/** Waits for `ms` milliseconds; rejects with the signal's reason when the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return pause(systemClock, { ms, signal });
}
