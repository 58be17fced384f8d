import type { TokenError } from "../errors/token-error.ts";
import type { Deadline } from "./deadline.ts";

/** The outcome of one attempt, and whether another attempt may follow. */
export type Attempt<T> =
  | { readonly value: T }
  | {
      readonly failure: TokenError;
      /** `"always"`: the server certainly did not process it. `"if-idempotent"`: it may have. */
      readonly resend: "always" | "if-idempotent" | "never";
    };

/** Options of {@link withRetries}. */
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
/** If the server asks for a longer wait, the call fails at once, and the cache's back-off keeps to that wait. */
const MAX_RETRY_AFTER_WAIT_MS = 2_000;

/** Makes up to three attempts within the deadline, with full jitter between them. */
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
    // The jitter is added to the wait that the server asks for. Otherwise all clients with the same wait would retry at once.
    const waitMs = retryAfterMs + random() * BASE_BACKOFF_MS * 2 ** retries;
    if (waitMs >= deadline.leftMs()) throw failure;
    await sleep(waitMs, deadline.signal);
    deadline.signal.throwIfAborted();
  }
}
