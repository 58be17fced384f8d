import { type AccessToken, type AccessTokenInit, createAccessToken } from "./access-token.ts";
import { fingerprint } from "./digest.ts";
import { TokenError } from "./token-error.ts";
import { normalizeTokenRequest } from "./token-request.ts";
import type { TokenSource } from "./token-source.ts";

/**
 * Makes a source that has one token and no way to get another: for tests, scripts and long-lived API tokens. It
 * honours no field of a request, and fails with `ERR_TOKEN_REJECTED` once a server has refused its token.
 *
 * @throws TypeError if the token is empty.
 */
export function staticTokenSource(token: string | AccessTokenInit): TokenSource {
  const only: AccessToken = createAccessToken(typeof token === "string" ? { token } : token);
  return {
    identity: `static:${fingerprint(only.token)}`,
    async getToken(request, options) {
      options?.signal?.throwIfAborted();
      normalizeTokenRequest(request, { honours: [] });
      if (options?.rejected?.token !== only.token) return only;
      throw new TokenError(
        "ERR_TOKEN_REJECTED",
        "Cannot get another token: the server refused the only one this static source has",
      );
    },
  };
}
