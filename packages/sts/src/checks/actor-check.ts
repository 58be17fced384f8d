import { type AccessToken, jwtParties, TokenError, type TokenRequest } from "@agent-oauth/core";
import { type AnswerCheckOptions, tellFault } from "./response-policy.ts";

/** What was sent and is checked against: the actor's token, and the audience and resource to tell of. */
export interface ActingRequest extends Pick<TokenRequest, "audience" | "resource"> {
  readonly actorToken: string;
}

/**
 * Checks that a JWT names the actor whose token was sent: an STS that does not know delegation issues what it would
 * without one. Nothing can be told of an opaque token, so it passes; of an actor whose token is opaque, or has no
 * `sub`, any `act` will do.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` if it does not and the policy is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 §4.1}
 */
export function checkActor(
  { token }: AccessToken,
  { actorToken, ...target }: ActingRequest,
  options: AnswerCheckOptions,
): void {
  const issued = jwtParties(token);
  if (issued === undefined) return;
  const expected = jwtParties(actorToken)?.subject;
  const { actor } = issued;
  if (actor !== undefined && (expected === undefined || actor.subject === expected)) return;
  tellFault("actor-ignored", target, options);
  if (options.policy === "event") return;
  const fault = actor === undefined ? 'has no "act"' : 'has an "act" that names somebody else';
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use the answer of the STS: the token ${fault}; have the STS do delegation, or leave out the option "actor"`,
    { status: 200 },
  );
}
