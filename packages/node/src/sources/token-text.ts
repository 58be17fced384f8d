import {
  type AccessToken,
  type Clock,
  createAccessToken,
  type GetTokenOptions,
  jwtExpiresAt,
  normalizeTokenRequest,
  TokenError,
  type TokenRequest,
} from "@agent-oauth/core";
import {
  checkGetTokenOptions,
  fitsHeader,
  foundInsteadOfToken,
  withoutBearer,
} from "@agent-oauth/core/internal";

/**
 * Turns the text of a file or variable into the token without white space around it and without a leading "Bearer ".
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if nothing is left, or it is no token: by its structure, or because no
 * header can carry it.
 */
export function tokenFromText(text: string, holder: string): string {
  const token = withoutBearer(text);
  if (token === "") throw unusable(holder, "it is empty");
  const found = foundInsteadOfToken(token);
  if (found !== undefined) throw unusable(holder, `it holds ${found}; write the token alone`);
  // RFC 6750 §2.1 allows fewer characters, but some servers issue more.
  if (!fitsHeader(token)) {
    throw unusable(holder, "it contains spaces, line breaks or characters beyond ASCII");
  }
  return token;
}

/** How messages call the holder of a token, and which clock tells whether its token has expired. */
export interface TokenTextOptions {
  /** Such as `file "/var/run/token"`. */
  readonly holder: string;
  readonly clock: Clock;
}

/**
 * Makes an access token of the text of a token. Its expiry is the `exp` of a JWT.
 *
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if it has expired, `ERR_TOKEN_REJECTED` if a server refused this very token.
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

/**
 * Checks a call: a source of a ready-made token supports no field of a request.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_NOT_ALLOWED` if the request has a subject token.
 * @throws TypeError | RangeError naming another field of the request, or an option that is unknown or wrong.
 */
export function checkCall(
  holder: string,
  { request, options }: { request: TokenRequest | undefined; options: GetTokenOptions },
): void {
  checkGetTokenOptions(options);
  const { subjectToken } = normalizeTokenRequest(request);
  if (subjectToken !== undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
      `Cannot get a token on behalf of a user: ${holder} holds one token for everybody`,
    );
  }
  normalizeTokenRequest(request, { supports: [] });
}

function unusable(holder: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CREDENTIAL", `Cannot use the token of ${holder}: ${reason}`);
}
