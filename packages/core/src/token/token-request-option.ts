import { TokenError } from "../errors/token-error.ts";
import { requireRequest } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

/** The token request: one request for all calls, or a function that returns the request of each call. */
export type TokenRequestOption = TokenRequest | (() => TokenRequest | Promise<TokenRequest>);

/**
 * Returns the token request of one call.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the function returns `undefined` or `null`: a missing user must not
 * become a request without a user.
 * @throws TypeError if the value is not a request (a plain token, for example), or has an unknown field.
 */
export async function requestOfCall(option: TokenRequestOption = {}): Promise<TokenRequest> {
  if (typeof option !== "function") return requireRequest(option);
  const request: TokenRequest | undefined = await option();
  if (request !== undefined && request !== null) return requireRequest(request);
  throw new TokenError(
    "ERR_TOKEN_SUBJECT_REQUIRED",
    'Cannot request a token: the function "request" returned no request; to get a token without a user, return {}',
  );
}
