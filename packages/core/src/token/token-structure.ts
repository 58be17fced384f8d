/**
 * What a text is that stands where a token was expected, as its structure tells. An opaque token may look like anything
 * (RFC 6749 §1.4), so only what no server issues is named: a whole document, a line of another format, a value that was never
 * filled in.
 */
import { fitsHeader } from "./bearer-scheme.ts";

/**
 * Says what a text is instead of a token, without showing it: "a JSON document", "a line NAME=value" and the like.
 *
 * @param text without white space around it and without a leading "Bearer ".
 * @returns `undefined` if it can be a token.
 */
export function foundInsteadOfToken(text: string): string | undefined {
  return STRUCTURES.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Says what a text is instead of a token that a request can carry: also one with spaces or characters beyond ASCII, such as
 * invisible ones that were copied with it.
 *
 * @param text without white space around it and without a leading "Bearer ".
 * @returns `undefined` if it can be sent as a token.
 */
export function foundInsteadOfBearer(text: string): string | undefined {
  const found = foundInsteadOfToken(text);
  if (found !== undefined || fitsHeader(text)) return found;
  return "text with spaces, control characters or characters beyond ASCII";
}

/**
 * Refuses a user's token that is something else by its structure, before a server sees it.
 *
 * @throws TypeError that says what was found.
 */
export function refuseOtherThanToken(subjectToken: string): void {
  const found = foundInsteadOfToken(subjectToken);
  if (found === undefined) return;
  throw new TypeError(`Cannot request a token: "subjectToken" is ${found}; give the token alone`);
}

/** In this order. Each pattern is anchored, so that a text of any length costs little. */
const STRUCTURES: readonly (readonly [pattern: RegExp, found: string])[] = [
  [/^(?:undefined|null|NaN|\[object \w+\])$/, "what a missing value or an object becomes as text"],
  [/^(?:\$\{|\$\(|\{\{|%\w{1,80}%$)/, "a placeholder that was never filled in"],
  [
    /^<(?!(?:html|head|body|xml|pre|div|p)\b)[\w -]{1,80}>$/i,
    "a placeholder that was never filled in",
  ],
  [/^[{[]/, "a JSON document"],
  [/^</, "HTML or XML"],
  [/^-----BEGIN/, "a PEM block"],
  [/^["'`]/, "quoted text"],
  [/^(?:export\s+|set\s+)?[A-Za-z_]\w{0,80}\s*=\s*[^=\s]/, "a line NAME=value"],
  [/^[A-Za-z][\w-]{0,80}:\s/, 'a line "name: value"'],
  [/^(?:Basic|DPoP|Digest|Negotiate|Token)\s/i, "a credential of another scheme than Bearer"],
];
