/**
 * Parses JSON that may be wrong.
 *
 * @returns `undefined` if it is not JSON: the error of the parser quotes the text, which may hold secrets.
 */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
