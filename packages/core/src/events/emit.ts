/**
 * Calls a user's callback, if there is one, so that nothing it does can end the caller's work or the process: what it throws
 * is ignored, and so is the rejection of what it returns, if that is a promise.
 */
export function emit<Args extends readonly unknown[]>(
  callback: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void {
  if (callback === undefined) return;
  try {
    const returned: unknown = callback(...args);
    if (typeof returned === "object" && returned !== null && "then" in returned) {
      Promise.resolve(returned).catch(() => {});
    }
  } catch {
    // A listener must not be able to break the work that it is told of.
  }
}
