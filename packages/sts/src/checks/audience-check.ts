import { type AccessToken, TokenError, type TokenRequest } from "@agent-oauth/core";
import { jwtAudience, listedNames } from "@agent-oauth/core/internal";
import { emitMismatch, type ResponseCheckOptions } from "./response-policy.ts";
import { tokenTypes } from "./token-types.ts";

/**
 * Checks that a JWT names every audience and resource that was asked for, by exact comparison. An opaque token passes,
 * since it cannot be read. The resource of an id-jag is not checked: it is in another claim.
 *
 * @throws TokenError `ERR_TOKEN_AUDIENCE` if it does not and the policy is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function checkAudience(
  { token, issuedTokenType }: AccessToken,
  request: TokenRequest,
  options: ResponseCheckOptions,
): void {
  const { audience = [], resource = [] } = request;
  const named = jwtAudience(token);
  if (named === undefined) return;
  const targets = issuedTokenType === tokenTypes.idJag ? audience : [...audience, ...resource];
  const missing = targets.filter((target) => !named.includes(target));
  if (missing.length === 0) return;
  emitMismatch("audience-mismatch", request, options);
  if (options.policy === "event") return;
  throw new TokenError(
    "ERR_TOKEN_AUDIENCE",
    `Cannot use the token: its "aud" does not contain ${listedNames(missing)}; have the STS issue tokens for it`,
  );
}
