/** Decodes a percent-encoded text; `undefined` for a text that is not well formed. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Decodes a name or a value of a form; `undefined` for a text that is not well formed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-B RFC 6749, appendix B}
 */
export function formDecode(text: string): string | undefined {
  return percentDecode(text.replaceAll("+", " "));
}
