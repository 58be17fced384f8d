import { TokenError } from "@agent-oauth/core";

/** How long some work may take, and how to name it. */
export interface Deadline {
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error; called when the time is over. Default: there was no answer. */
  readonly overdue?: (() => Error) | undefined;
}

/**
 * Waits for work no longer than its deadline. The work is handed a signal that ends with the wait.
 *
 * @throws TokenError `ERR_TOKEN_TIMEOUT`; the reason of `signal` as it is.
 */
export async function withinDeadline<R>(
  { doing, timeoutMs, signal, overdue = () => noAnswer(doing, timeoutMs) }: Deadline,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  // Neither AbortSignal.any nor AbortSignal.timeout: both leave something behind on a signal that outlives the work.
  const follow = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => ending.abort(overdue()), timeoutMs);
  try {
    return await untilAborted(work(ending.signal), ending.signal);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", follow);
  }
}

function noAnswer(doing: string, timeoutMs: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_TIMEOUT",
    `Cannot ${doing}: there was no answer within ${timeoutMs} ms`,
  );
}

/** Ends the wait for a promise, which others may share, when the signal is aborted. */
export function untilAborted<R>(promise: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
