import { TokenError } from "../errors/token-error.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
  isIssuedToken,
} from "../token/access-token.ts";
import { fingerprint } from "../token/digest.ts";
import { earliest } from "../token/expires-at.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { jwtExpiresAt } from "../token/jwt-claims.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { TokenSource } from "../token/token-source.ts";
import { foundInsteadOfBearer } from "../token/token-structure.ts";

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
 * request. A call that names its token as rejected fails with `ERR_TOKEN_REJECTED`, and a call after the token's expiry, or
 * its own `exp` if it is a JWT, with `ERR_TOKEN_CREDENTIAL`.
 *
 * @throws TypeError if the token is empty or something else, such as a JSON document or text that no header can carry, or if a member is unknown or of a wrong type. The message names the member.
 */
export function staticTokenSource(
  token: string | AccessTokenInit,
  options: StaticTokenSourceOptions = {},
): TokenSource {
  checkOptions(options, { doing: "create a static token source", names: OPTIONS });
  const { clock = systemClock } = options;
  const only = onlyToken(token);
  const found = foundInsteadOfBearer(only.token);
  if (found !== undefined) {
    throw new TypeError(
      `Cannot create a static token source: "token" is ${found}; give the token alone`,
    );
  }
  const expiresAt = earliest(only.expiresAt, jwtExpiresAt(only.token));
  return {
    identity: `static:${fingerprint(only.token)}`,
    sharing: "every process has the static token already",
    async getToken(request, options) {
      if (options !== undefined) checkGetTokenOptions(options);
      options?.signal?.throwIfAborted();
      normalizeTokenRequest(request, { supports: [] });
      if (expiresAt !== undefined && expiresAt <= clock.now()) throw expired();
      if (options?.rejected?.token !== only.token) return only;
      throw new TokenError(
        "ERR_TOKEN_REJECTED",
        "Cannot get another token: the server refused the only token of this static source",
      );
    },
  };
}

/** Options of {@link staticTokenSource}. */
export interface StaticTokenSourceOptions {
  /** Says when the token has expired. Default: the machine's clocks. */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<StaticTokenSourceOptions> = { clock: true };

function expired(): TokenError {
  return new TokenError(
    "ERR_TOKEN_CREDENTIAL",
    "Cannot use the token of this static source: it has expired, and the source has no other",
  );
}

function onlyToken(token: string | AccessTokenInit): AccessToken {
  if (typeof token === "string") return createAccessToken({ token });
  if (typeof token === "object" && token !== null && isIssuedToken(token as AccessToken)) {
    return token as AccessToken;
  }
  checkOptions(token, {
    required: true,
    doing: "create a static token source",
    names: NAMES,
    what: "the token",
    member: "member",
  });
  return createAccessToken(token);
}
