import { TokenError } from "../errors/token-error.ts";
import { requireRequest } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

/** What tokens are asked for: one request for all calls, or a function that is asked at each call, for whom it is made. */
export type TokenRequestOption = TokenRequest | (() => TokenRequest | Promise<TokenRequest>);

/**
 * Returns the request of one call.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the function returns none: that a user is missing must not
 * become a request without a user.
 * @throws TypeError if it is anything but a request, such as a token by itself, or has an unknown field.
 */
export async function requestOfCall(option: TokenRequestOption = {}): Promise<TokenRequest> {
  if (typeof option !== "function") return requireRequest(option);
  const request: TokenRequest | undefined = await option();
  if (request !== undefined && request !== null) return requireRequest(request);
  throw new TokenError(
    "ERR_TOKEN_SUBJECT_REQUIRED",
    'Cannot request a token: the function "request" returned none; for a token without a user it returns {}',
  );
}
