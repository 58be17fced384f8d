import { TokenError } from "@agent-oauth/core";

/** What a call with a mistaken argument came to: a value that was accepted, or an error. */
export type CallOutcome = { readonly accepted: true } | { readonly error: unknown };

/** Makes a call, waits for what it promises, and closes what it opened. */
export async function outcomeOf(call: () => unknown): Promise<CallOutcome> {
  try {
    const value = await call();
    if (hasClose(value)) await value.close();
    return { accepted: true };
  } catch (error) {
    return { error };
  }
}

/**
 * Says why an error does not help who made the mistake; `undefined` if it does. It begins with "Cannot", is one of
 * ours and not of JavaScript, Node or a schema library, and a `TypeError` or `RangeError` names the option or argument in
 * quotes, or says what it must be.
 */
export function helplessness(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `it is no Error: ${String(error)}`;
  const { message, name } = error;
  const text = `${name}: ${message}`;
  if (!TokenError.isInstance(error) && name !== "TypeError" && name !== "RangeError") return text;
  if (!message.startsWith("Cannot ") || FOREIGN.test(message)) return text;
  if ("code" in error && !TokenError.isInstance(error)) return text;
  const namesIt = TokenError.isInstance(error) || /"[\w.[\]]+"|\bmust be\b/.test(message);
  return namesIt ? undefined : `${text} (names no option)`;
}

/** How JavaScript, Node and zod put it. */
const FOREIGN =
  /Cannot (?:read|set) propert|Cannot (?:destructure|convert|access|use '|mix)|is not (?:a function|iterable|defined|a constructor)|ERR_INVALID|Invalid input|Invalid option|Unrecognized key|expected \w+, received/;

function hasClose(value: unknown): value is { close(): unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "close" in value &&
    typeof value.close === "function"
  );
}
