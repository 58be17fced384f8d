import { TokenError } from "../errors/token-error.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
  isIssuedToken,
} from "../token/access-token.ts";
import { fingerprint } from "../token/digest.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { TokenSource } from "../token/token-source.ts";

const NAMES: OptionNames<AccessTokenInit> = {
  token: true,
  tokenType: true,
  expiresAt: true,
  scope: true,
  issuedTokenType: true,
  confirmation: true,
};

/**
 * Makes a source that has one token and no way to get another: for tests, scripts and long-lived API tokens. It
 * supports no field of a request, and fails with `ERR_TOKEN_REJECTED` once a server has refused its token.
 *
 * @throws TypeError if the token is empty, or naming the member that is unknown or of a wrong type.
 */
export function staticTokenSource(token: string | AccessTokenInit): TokenSource {
  const only = onlyToken(token);
  return {
    identity: `static:${fingerprint(only.token)}`,
    async getToken(request, options) {
      if (options !== undefined) checkGetTokenOptions(options);
      options?.signal?.throwIfAborted();
      normalizeTokenRequest(request, { supports: [] });
      if (options?.rejected?.token !== only.token) return only;
      throw new TokenError(
        "ERR_TOKEN_REJECTED",
        "Cannot get another token: the server refused the only one this static source has",
      );
    },
  };
}

function onlyToken(token: string | AccessTokenInit): AccessToken {
  if (typeof token === "string") return createAccessToken({ token });
  if (typeof token === "object" && token !== null && isIssuedToken(token as AccessToken)) {
    return token as AccessToken;
  }
  checkOptions(token ?? null, {
    doing: "create a static token source",
    names: NAMES,
    what: "the token",
    member: "member",
  });
  return createAccessToken(token);
}
