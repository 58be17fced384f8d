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
 * Makes a source that always returns the same token, for tests, scripts and long-lived API tokens. It accepts only an empty
 * request. A call that names its token as rejected fails with `ERR_TOKEN_REJECTED`.
 *
 * @throws TypeError if the token is empty, or if a member is unknown or of a wrong type. The message names the member.
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
        "Cannot get another token: the server refused the only token of this static source",
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
