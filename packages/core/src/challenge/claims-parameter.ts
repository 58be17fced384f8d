/** In characters. Those of Entra have some hundred. */
const MAX_LENGTH = 4_096;
const PRINTABLE = /^[\x20-\x7e]+$/;
const BASE64 = /^[\w+/-]+={0,2}$/;

/**
 * Tells whether a text of a server is a claims parameter: a JSON object of at most 4 096 printable ASCII characters, or one in
 * base64 or base64url, as Microsoft Entra ID writes it in challenges.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core §5.5}
 */
export function isClaimsParameter(text: string): boolean {
  if (text.length > MAX_LENGTH || !PRINTABLE.test(text)) return false;
  return isJsonObject(text) || (BASE64.test(text) && isJsonObject(decoded(text)));
}

function decoded(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
