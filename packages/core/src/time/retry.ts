import type { TokenError } from "../errors/token-error.ts";
import type { Deadline } from "./deadline.ts";

/** How one attempt ended, and when it may be followed by another. */
export type Attempt<T> =
  | { readonly value: T }
  | {
      readonly failure: TokenError;
      /** `"always"`: the server certainly did not process it. `"if-idempotent"`: it may have. */
      readonly resend: "always" | "if-idempotent" | "never";
    };

/** What decides whether and when an attempt is followed by another. */
export interface RetryOptions {
  readonly deadline: Deadline;
  /** Whether the server may process the same request twice. */
  readonly isIdempotent: boolean;
  /** Numbers from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const MAX_RETRIES = 2;
const BASE_BACKOFF_MS = 250;
/** A server that wants more time than this has it from the cache's back-off, not from a waiting caller. */
const MAX_RETRY_AFTER_WAIT_MS = 2_000;

/** Makes an attempt, and at most two more with full jitter between them, within the deadline. */
export async function withRetries<T>(
  attempt: () => Promise<Attempt<T>>,
  { deadline, isIdempotent, random, sleep }: RetryOptions,
): Promise<T> {
  for (let retries = 0; ; retries++) {
    const outcome = await attempt();
    if ("value" in outcome) return outcome.value;
    const { failure, resend } = outcome;
    const mayResend = resend === "always" || (resend === "if-idempotent" && isIdempotent);
    const { retryAfterMs = 0 } = failure;
    if (!mayResend || retries === MAX_RETRIES || retryAfterMs > MAX_RETRY_AFTER_WAIT_MS) {
      throw failure;
    }
    // The jitter is added to what the server asks for, or all who were told the same would return together.
    const waitMs = retryAfterMs + random() * BASE_BACKOFF_MS * 2 ** retries;
    if (waitMs >= deadline.leftMs()) throw failure;
    await sleep(waitMs, deadline.signal);
    deadline.signal.throwIfAborted();
  }
}
