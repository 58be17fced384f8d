import { type AccessToken, jwtAudience, TokenError, type TokenRequest } from "@agent-oauth/core";
import { listedNames } from "@agent-oauth/core/internal";
import { type AnswerCheckOptions, tellFault } from "./response-policy.ts";
import { tokenTypes } from "./token-types.ts";

/**
 * Checks that a JWT names every audience and resource that was asked for, by exact comparison. Nothing can be told of
 * an opaque token, so it passes. That the resource of an id-jag is in another claim is taken into account.
 *
 * @throws TokenError `ERR_TOKEN_AUDIENCE` if it does not and the policy is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function checkAudience(
  { token, issuedTokenType }: AccessToken,
  request: TokenRequest,
  options: AnswerCheckOptions,
): void {
  const { audience = [], resource = [] } = request;
  const named = jwtAudience(token);
  if (named === undefined) return;
  const targets = issuedTokenType === tokenTypes.idJag ? audience : [...audience, ...resource];
  const missing = targets.filter((target) => !named.includes(target));
  if (missing.length === 0) return;
  tellFault("audience-mismatch", request, options);
  if (options.policy === "event") return;
  throw new TokenError(
    "ERR_TOKEN_AUDIENCE",
    `Cannot use the token: its "aud" does not contain ${listedNames(missing)}; have the STS issue tokens for it`,
  );
}
