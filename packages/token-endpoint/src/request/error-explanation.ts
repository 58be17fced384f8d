/** Finds what a server says of an error in words, in whichever form it says so. */

/**
 * Returns the text of an error response that has no OAuth error code: of Spring's error page, of the error object of Google's
 * APIs, of problem details (RFC 9457 §3.1), and of servers that put a text where the code belongs.
 *
 * @returns `undefined` if it says nothing, or something else than words: such a place may hold a token as well. The text is the
 * server's: quote it.
 */
export function errorExplanation(body: Readonly<Record<string, unknown>>): string | undefined {
  const { error, title, message, detail, error_description } = body;
  const inner = typeof error === "object" && error !== null ? (error as typeof body) : {};
  const said = [error, inner.status, inner.message, title, message, detail];
  const texts = said.filter((text) => typeof text === "string" && isWords(text));
  // This is the place for words (RFC 6749 §5.2).
  if (typeof error_description === "string") texts.push(error_description);
  return texts.length === 0 ? undefined : [...new Set(texts)].join(": ");
}

/** Longer than the words of a sentence, shorter than tokens are. */
const MAX_WORD = 24;

function isWords(text: string): boolean {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return (
    words.length > 0 && words.every((word) => word.length <= MAX_WORD && !/(?:\d\D*){5}/.test(word))
  );
}
