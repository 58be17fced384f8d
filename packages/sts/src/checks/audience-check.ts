import { type AccessToken, TokenError, type TokenRequest } from "@agent-oauth/core";
import { audienceMismatch, listedNames } from "@agent-oauth/core/internal";
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
  const targets = issuedTokenType === tokenTypes.idJag ? audience : [...audience, ...resource];
  const mismatch = audienceMismatch(token, targets);
  if (mismatch === undefined) return;
  const { missing, aud } = mismatch;
  emitMismatch({ type: "audience-mismatch", aud }, request, options);
  if (options.policy === "event") return;
  throw new TokenError(
    "ERR_TOKEN_AUDIENCE",
    `Cannot use the token: its "aud" is ${aud.length === 0 ? "empty" : listedNames(aud)} and does not contain ${listedNames(missing)}; have the STS issue tokens for it`,
  );
}
