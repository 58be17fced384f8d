import { TokenError } from "@agent-oauth/core";
import type { Deadline } from "@agent-oauth/core/internal";

/** What `slow_down` adds to the interval (RFC 8628 §3.5). */
const SLOW_DOWN_MS = 5_000;

/**
 * Asks until there is something else to say than "not yet". It waits before each request, the first one too, and never less
 * than the server asks for. `ask` must not repeat a request by itself.
 *
 * @throws What `ask` throws, unless it means that a later request may succeed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 §3.5}
 */
export async function poll<T>(ask: () => Promise<T>, options: PollOptions): Promise<T> {
  const { deadline, sleep, expired } = options;
  let intervalMs = options.intervalMs;
  let retryAfterMs = 0;
  for (;;) {
    const waitMs = Math.max(intervalMs, retryAfterMs);
    if (waitMs >= deadline.leftMs()) throw expired();
    await sleep(waitMs, deadline.signal);
    deadline.signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (!TokenError.isInstance(error)) throw error;
      intervalMs = nextInterval(intervalMs, error);
      retryAfterMs = error.retryAfterMs ?? 0;
    }
  }
}

/** At which pace a server is asked, and for how long. */
export interface PollOptions {
  /** The wait before each request, in milliseconds. */
  readonly intervalMs: number;
  /** Ends with the lifetime of what is waited for, a signal, or the endpoint. */
  readonly deadline: Deadline;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Makes the error for a lifetime that leaves no time for another request. */
  readonly expired: () => Error;
}

function nextInterval(intervalMs: number, error: TokenError): number {
  if (error.oauthError === "authorization_pending") return intervalMs;
  if (error.oauthError === "slow_down") return intervalMs + SLOW_DOWN_MS;
  // A server that does not answer, or fails, is asked less often.
  if (error.retryable) return intervalMs * 2;
  throw error;
}
