import { TokenError } from "../errors/token-error.ts";
import { yieldedValue } from "../errors/yielded-value.ts";
import { withoutBearer } from "./bearer-scheme.ts";
import { normalizeTokenRequest, requireRequest } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

/** The token request: one request for all calls, or a function that returns the request of each call. */
export type TokenRequestOption = TokenRequest | (() => TokenRequest | Promise<TokenRequest>);

/**
 * Returns the token request of one call.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the function returns no request, or one whose subject token is missing: a
 * missing user must not become a request without a user. `ERR_TOKEN_PROVIDER` if it returns something else.
 * @throws TypeError if the value is not a request (a plain token, for example), or has an unknown field.
 */
export async function requestOfCall(option: TokenRequestOption = {}): Promise<TokenRequest> {
  if (typeof option !== "function") return requireRequest(option);
  const request: TokenRequest | undefined = await option();
  if (request === undefined || request === null) {
    throw subjectRequired("returned no request; to get a token without a user, return {}");
  }
  return yieldedValue("request", () => {
    const asked = requireRequest(request);
    if ("subjectToken" in asked && isNothing(asked.subjectToken)) {
      throw subjectRequired('returned no "subjectToken"; leave the field out if there is no user');
    }
    return normalizeTokenRequest(asked);
  });
}

function isNothing(subjectToken: unknown): boolean {
  if (typeof subjectToken === "string") return withoutBearer(subjectToken) === "";
  return subjectToken === undefined || subjectToken === null;
}

function subjectRequired(reason: string): TokenError {
  const message = `Cannot request a token: the function "request" ${reason}`;
  return new TokenError("ERR_TOKEN_SUBJECT_REQUIRED", message);
}
