import {
  type AccessToken,
  type Clock,
  createAccessToken,
  digest,
  type GetTokenOptions,
  jwtExpiresAt,
  normalizeTokenRequest,
  TokenError,
  type TokenRequest,
} from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";

/** What the holder of a token is called in messages, and by which clock its token is judged. */
export interface TokenTextOptions {
  /** Such as `file "/var/run/token"`. */
  readonly holder: string;
  readonly clock: Clock;
}

/**
 * Turns the text of a file or variable into the bare token: no surrounding whitespace, no leading "Bearer ".
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if nothing is left, or it cannot stand in a header.
 */
export function tokenFromText(text: string, holder: string): string {
  const token = text.trim().replace(/^bearer(?:\s+|$)/i, "");
  if (token === "") throw unusable(holder, "it is empty");
  // RFC 6750 §2.1 allows less still, but some servers issue more.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw unusable(holder, "it contains spaces, line breaks or characters beyond ASCII");
  }
  return token;
}

/**
 * Makes an access token of a token found somewhere, with the end that its `exp` states if it is a JWT.
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if it expired, `ERR_TOKEN_REJECTED` if it is the one a server refused.
 */
export function foundToken(
  token: string,
  { holder, clock }: TokenTextOptions,
  { rejected }: GetTokenOptions,
): AccessToken {
  const expiresAt = jwtExpiresAt(token);
  if (expiresAt !== undefined && expiresAt <= clock.now()) {
    throw unusable(holder, `it expired at ${new Date(expiresAt).toISOString()}`);
  }
  if (rejected?.token === token) {
    throw new TokenError(
      "ERR_TOKEN_REJECTED",
      `Cannot replace the token of ${holder}: it still holds the one the server refused`,
    );
  }
  return createAccessToken({ token, expiresAt });
}

const callOptionNames: OptionNames<GetTokenOptions> = {
  signal: true,
  minValidityMs: true,
  rejected: true,
  rejectedBy: true,
  subjectExpiresAt: true,
};

/**
 * Checks a call: who finds a token ready-made can honour no field of a request.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_NOT_ALLOWED` on a subject token.
 * @throws TypeError on other fields, and naming an option that is unknown.
 */
export function checkCall(
  holder: string,
  { request, options }: { request: TokenRequest | undefined; options: GetTokenOptions },
): void {
  checkOptions(options, { doing: "get a token", names: callOptionNames });
  const { subjectToken } = normalizeTokenRequest(request);
  if (subjectToken !== undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
      `Cannot get a token on behalf of a user: ${holder} holds one token for everybody`,
    );
  }
  normalizeTokenRequest(request, { honours: [] });
}

/** Names a place where a token was found, without showing it. */
export function placeIdentity(...place: readonly string[]): string {
  return Buffer.from(digest(JSON.stringify(place)), "latin1").toString("base64url");
}

function unusable(holder: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CREDENTIAL", `Cannot use the token of ${holder}: ${reason}`);
}
