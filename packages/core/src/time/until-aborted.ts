/** Waits for a promise others wait for too: an abort ends this wait with the signal's reason and nothing else. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort(); // No event comes for what has happened.
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
