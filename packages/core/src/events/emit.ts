/**
 * Calls a user's callback, if there is one. A failing callback cannot end the caller's work or the process: an error that it
 * throws is ignored, and so is the rejection of a promise that it returns.
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
    // A failing listener must not break the work that it listens to.
  }
}
