import { setTimeout as timer } from "node:timers/promises";
import { TokenError } from "@agent-oauth/core";

/** What decides how long to wait before an attempt is repeated. */
export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Returns a number from 0 up to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Default a timer. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

const MAX_RETRIES = 2;
const BASE_BACKOFF_MS = 250;
/** A server that wants more time than this has it from the cache's back-off, not from a waiting caller. */
const MAX_RETRY_AFTER_WAIT_MS = 2_000;

/** Makes an attempt, and at most two more after retryable failures, with full jitter between them. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  {
    signal,
    random = Math.random,
    sleep = (ms, signal) => timer(ms, undefined, { signal }),
  }: RetryOptions,
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!TokenError.isInstance(error) || !error.retryable || retries === MAX_RETRIES) throw error;
      const { retryAfterMs = 0 } = error;
      if (retryAfterMs > MAX_RETRY_AFTER_WAIT_MS) throw error;
      // The jitter is added to what the server asks for, or all who were told the same would return together.
      await sleep(retryAfterMs + random() * BASE_BACKOFF_MS * 2 ** retries, signal);
    }
  }
}
