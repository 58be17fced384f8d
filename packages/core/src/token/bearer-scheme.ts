import { TokenError } from "../errors/token-error.ts";
import type { AccessToken } from "./access-token.ts";

/**
 * Writes a token as the value of an Authorization header.
 *
 * @throws TokenError `ERR_TOKEN_TYPE_UNSUPPORTED` if it is no bearer token, `ERR_TOKEN_RESPONSE` if no header can carry it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearerHeader({ token, tokenType }: AccessToken): string {
  if (tokenType !== "Bearer") {
    throw new TokenError(
      "ERR_TOKEN_TYPE_UNSUPPORTED",
      `Cannot present the token: its type is ${shownType(tokenType)}, not "Bearer"`,
    );
  }
  // `Headers` quotes the value that it refuses, so it must not be the one to refuse it.
  if (!fitsHeader(token)) {
    throw new TokenError(
      "ERR_TOKEN_RESPONSE",
      "Cannot present the token: it holds characters that no header can carry",
    );
  }
  return `Bearer ${token}`;
}

/** Tells whether an Authorization header can carry a token: visible ASCII characters alone. */
export function fitsHeader(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

/** A foreign source may put anything there, the token too. */
function shownType(tokenType: unknown): string {
  const isName = typeof tokenType === "string" && /^[A-Za-z_-]{1,20}$/.test(tokenType);
  return isName ? JSON.stringify(tokenType) : "another one";
}

/**
 * Drops white space around a token and a leading "Bearer ", as tokens of people and headers have it (RFC 6750 §2.1).
 *
 * @returns an empty text if nothing is left.
 */
export function withoutBearer(text: string): string {
  return text.trim().replace(/^(?:bearer(?:\s+|$))+/i, "");
}
