import { TokenError } from "./token-error.ts";
import type { TokenRequest } from "./token-source.ts";

/** What tokens are asked for: one request for all calls, or a function that is asked at each call, for whom it is made. */
export type TokenRequestOption = TokenRequest | (() => TokenRequest | Promise<TokenRequest>);

/**
 * Returns the request of one call.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the function returns none: that a user is missing must not
 * become a request without a user.
 */
export async function requestOfCall(option: TokenRequestOption = {}): Promise<TokenRequest> {
  const request: TokenRequest | undefined = typeof option === "function" ? await option() : option;
  if (request !== undefined && request !== null) return request;
  throw new TokenError(
    "ERR_TOKEN_SUBJECT_REQUIRED",
    'Cannot request a token: the function "request" returned none; for a token without a user it returns {}',
  );
}
