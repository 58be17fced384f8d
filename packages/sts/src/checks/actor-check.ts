import { type AccessToken, TokenError, type TokenRequest } from "@agent-oauth/core";
import { jwtParties } from "@agent-oauth/core/internal";
import { emitMismatch, type ResponseCheckOptions } from "./response-policy.ts";

/** What was sent: the actor's token, and the audience and resource that the event names. */
export interface ActingRequest extends Pick<TokenRequest, "audience" | "resource"> {
  readonly actorToken: string;
}

/**
 * Checks that a JWT names the actor whose token was sent: an STS that does not support delegation ignores the actor. An
 * opaque token passes, since it cannot be read; if the actor's token is opaque or has no `sub`, any `act` passes.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` if it does not and the policy is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 §4.1}
 */
export function checkActor(
  { token }: AccessToken,
  { actorToken, ...target }: ActingRequest,
  options: ResponseCheckOptions,
): void {
  const issued = jwtParties(token);
  if (issued === undefined) return;
  const expected = jwtParties(actorToken)?.subject;
  const { actor } = issued;
  if (actor !== undefined && (expected === undefined || actor.subject === expected)) return;
  emitMismatch({ type: "actor-ignored" }, target, options);
  if (options.policy === "event") return;
  const violation = actor === undefined ? 'has no "act"' : 'has an "act" that names another actor';
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use the response of the STS: the token ${violation}; have the STS do delegation, or leave out the option "actor"`,
    { status: 200 },
  );
}
