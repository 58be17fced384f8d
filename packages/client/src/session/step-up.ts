/** What a server says by a challenge if it wants more than a valid token: more scope, claims, or a stronger login. */
import { type BearerChallenge, TokenError } from "@agent-oauth/core";
import { retoldError } from "@agent-oauth/core/internal";

/** What the challenge says, in the words of an error. */
interface StepUp {
  /** Completes "Cannot …: ". */
  readonly reason: (challenge: BearerChallenge) => string;
  /** Whether only the user can get a token that helps: another one for the same subject is refused like the first. */
  readonly isOfUser: boolean;
}

const STEP_UPS: ReadonlyMap<string | undefined, StepUp> = new Map<string | undefined, StepUp>([
  [
    "insufficient_scope",
    { reason: ({ scope }) => narrowScope(scope.join(" ") || undefined), isOfUser: false },
  ],
  [
    "insufficient_claims",
    {
      reason: () =>
        'the server wants claims that the access token does not have; get a new user token with the "claims" of this error',
      isOfUser: true,
    },
  ],
  [
    "insufficient_user_authentication",
    {
      reason: () =>
        'the server wants another login of the user; get a new user token with the "acrValues", "maxAgeMs" and "claims" of this error, as far as it has them',
      isOfUser: true,
    },
  ],
]);

/** Tells whether a refusal with this challenge is a matter of the token's content, not of the session. */
export function isStepUp(status: number, challenge: BearerChallenge | undefined): boolean {
  const found = STEP_UPS.get(challenge?.error);
  // A 401 means that the token is not valid: a new one may have the scope.
  return found !== undefined && (status === 403 || (status === 401 && found.isOfUser));
}

/** Makes the error of a refusal that wants a token with other content; `undefined` if it wants something else. */
export function stepUpFailure(
  challenge: BearerChallenge | undefined,
  { doing, status }: { readonly doing: string; readonly status: number },
): TokenError | undefined {
  if (challenge === undefined || !isStepUp(status, challenge)) return undefined;
  const reason = STEP_UPS.get(challenge.error)?.reason(challenge);
  return new TokenError("ERR_TOKEN_OAUTH", `Cannot ${doing}: ${reason}`, {
    status,
    oauthError: challenge.error,
    ...requirements(challenge),
  });
}

/** What the next token must be requested with. */
export function requirements(challenge: BearerChallenge | undefined) {
  const { claims, acrValues, maxAgeMs } = challenge ?? {};
  return { claims, acrValues, maxAgeMs };
}

/** Adds what the next token must be requested with to the error of a token that was refused. */
export function withRequirements(error: unknown, challenge: BearerChallenge | undefined): unknown {
  const isRefusal = TokenError.isInstance(error) && error.code === "ERR_TOKEN_REJECTED";
  if (!isRefusal || challenge === undefined) return error;
  return retoldError(error, error.message, requirements(challenge));
}

/** Says that the scope is too narrow, and which one is needed. */
export function narrowScope(needed: unknown): string {
  const scope =
    typeof needed === "string" ? `, ${JSON.stringify(needed.slice(0, 200))} is needed` : "";
  return `the scope of the access token is too narrow${scope}`;
}
