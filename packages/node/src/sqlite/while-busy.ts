import { type Clock, TokenError } from "@agent-oauth/core";
import { sleep } from "@agent-oauth/core/internal";
import type { StoreUnavailable } from "@agent-oauth/core/store";
import { sqliteVerdict } from "./sqlite-error.ts";

/** A call waits this long, in milliseconds, for other processes that write. */
const MAX_WAIT_MS = 1_000;
/** The pause between two tries, in milliseconds: from this, up to four times as much. */
const PAUSE_MS = 1;

/**
 * Repeats `work` while other processes write to the database. SQLite's own waiting would stop the whole process.
 *
 * @returns its result; `unavailable` for every error of SQLite.
 * @throws the reason of the signal.
 */
export async function whileBusy<T>(
  work: () => T,
  {
    clock,
    signal = new AbortController().signal,
  }: { clock: Clock; signal: AbortSignal | undefined },
): Promise<T | StoreUnavailable> {
  const endsAt = clock.monotonic() + MAX_WAIT_MS;
  // The number of tries bounds the wait too, for a clock that stands still.
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return work();
    } catch (error) {
      if (TokenError.isInstance(error)) return unavailable(error.message);
      const { kind, reason } = sqliteVerdict(error);
      const isOver = clock.monotonic() > endsAt || tries > MAX_WAIT_MS / PAUSE_MS;
      if (kind !== "busy" || isOver) return unavailable(reason);
      await sleep(PAUSE_MS * (1 + 3 * Math.random()), signal);
    }
  }
}

/** Nothing was changed: a transaction is carried out whole or not at all. */
export function unavailable(reason: string): StoreUnavailable {
  return { outcome: "unavailable", reason, sent: false };
}
