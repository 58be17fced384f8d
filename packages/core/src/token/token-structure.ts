/**
 * What a text is that stands where a token was expected, as its structure tells. An opaque token may look like anything
 * (RFC 6749 §1.4), so only what no server issues is named: a whole document, a line of another format, a value that was never
 * filled in.
 */

/**
 * Says what a text is instead of a token, without showing it: "a JSON document", "a line NAME=value" and the like.
 *
 * @param text without white space around it and without a leading "Bearer ".
 * @returns `undefined` if it can be a token.
 */
export function foundInsteadOfToken(text: string): string | undefined {
  return STRUCTURES.find(([pattern]) => pattern.test(text))?.[1];
}

/** In this order. Each pattern is anchored, so that a text of any length costs little. */
const STRUCTURES: readonly (readonly [pattern: RegExp, found: string])[] = [
  [/^(?:undefined|null|NaN|\[object \w+\])$/, "what a missing value or an object becomes as text"],
  [/^(?:\$\{|\$\(|\{\{|%\w{1,80}%$)/, "a placeholder that was never filled in"],
  [/^<[\w -]{1,80}>$/, "a placeholder that was never filled in"],
  [/^[{[]/, "a JSON document"],
  [/^</, "HTML or XML"],
  [/^-----BEGIN/, "a PEM block"],
  [/^["'`]/, "quoted text"],
  [/^(?:export\s+|set\s+)?[A-Za-z_]\w{0,80}\s*=\s*[^=\s]/, "a line NAME=value"],
  [/^[A-Za-z][\w-]{0,80}:\s/, 'a line "name: value"'],
  [/^(?:Basic|DPoP|Digest|Negotiate|Token)\s/i, "a credential of another scheme than Bearer"],
];
