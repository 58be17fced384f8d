import { TokenError } from "../errors/token-error.ts";
import type { AccessToken } from "./access-token.ts";
import { keptSecretType } from "./kept-secret-type.ts";

/**
 * Writes a token as the value of an Authorization header.
 *
 * @throws TokenError `ERR_TOKEN_TYPE_UNSUPPORTED` if it is not a bearer token, or a kind that no API may get, `ERR_TOKEN_RESPONSE` if a header cannot carry it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearerHeader({ token, tokenType, issuedTokenType }: AccessToken): string {
  if (tokenType !== "Bearer") {
    throw new TokenError(
      "ERR_TOKEN_TYPE_UNSUPPORTED",
      `Cannot present the token: its type is ${shownType(tokenType)}, not "Bearer"`,
    );
  }
  const kind = keptSecretType(issuedTokenType);
  if (kind !== undefined) {
    throw new TokenError(
      "ERR_TOKEN_TYPE_UNSUPPORTED",
      `Cannot present the token: it is a ${kind}, which an API must not get`,
    );
  }
  // The error that `Headers` throws quotes the value, so this check must come first.
  if (!fitsHeader(token)) {
    throw new TokenError(
      "ERR_TOKEN_RESPONSE",
      "Cannot present the token: it holds characters that no header can carry",
    );
  }
  return `Bearer ${token}`;
}

/**
 * Tells whether a `token_type` means a bearer token, in any letter case.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function isBearerType(
  tokenType: string,
  synonyms: readonly string[] = BEARER_SYNONYMS,
): boolean {
  const wanted = tokenType.toLowerCase();
  return ["Bearer", ...synonyms].some((name) => name.toLowerCase() === wanted);
}

/** Apigee, and so SAP API Management, write this. */
export const BEARER_SYNONYMS: readonly string[] = ["BearerToken"];

/** Tells whether an Authorization header can carry a token: it must consist of visible ASCII characters only. */
export function fitsHeader(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

/** A source that others wrote may put anything into `tokenType`, even the token itself. */
function shownType(tokenType: unknown): string {
  const isName = typeof tokenType === "string" && /^[A-Za-z_-]{1,20}$/.test(tokenType);
  return isName ? JSON.stringify(tokenType) : "another one";
}

/**
 * Drops the white space around a token and a leading "Bearer ". Tokens copied by people or from headers often have both
 * (RFC 6750 §2.1).
 *
 * @returns an empty string if nothing is left.
 */
export function withoutBearer(text: string): string {
  return text.trim().replace(/^(?:bearer(?:\s+|$))+/i, "");
}
