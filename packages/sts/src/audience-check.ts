import {
  type AccessToken,
  type Clock,
  jwtAudience,
  TokenError,
  type TokenEventSink,
  type TokenRequest,
} from "@agent-oauth/core";
import { refuseOption } from "./refuse-option.ts";
import { tokenTypes } from "./token-types.ts";

/** What happens if a token is not for whom it was asked: `"event"` hands it out and tells, `"error"` refuses it. */
export type AudienceMismatch = "event" | "error";

/** How tokens are checked, and who is told. */
export interface AudienceCheckOptions {
  readonly audienceMismatch: AudienceMismatch;
  readonly identity: string;
  readonly clock: Clock;
  readonly onEvent: TokenEventSink | undefined;
}

/**
 * Returns the option, or its default `"event"`.
 *
 * @throws TypeError if it is something else.
 */
export function checkedAudienceMismatch(option: AudienceMismatch = "event"): AudienceMismatch {
  if (option !== "event" && option !== "error") {
    refuseOption("audienceMismatch", 'must be "event" or "error"');
  }
  return option;
}

/**
 * Checks that a JWT names every audience and resource that was asked for, by exact comparison. Nothing can be told of
 * an opaque token, so it passes. That the resource of an id-jag is in another claim is taken into account.
 *
 * @throws TokenError `ERR_TOKEN_AUDIENCE` if it does not and `audienceMismatch` is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function checkAudience(
  { token, issuedTokenType }: AccessToken,
  { audience = [], resource = [] }: TokenRequest,
  options: AudienceCheckOptions,
): void {
  const named = jwtAudience(token);
  if (named === undefined) return;
  const targets = issuedTokenType === tokenTypes.idJag ? audience : [...audience, ...resource];
  const missing = targets.filter((target) => !named.includes(target));
  if (missing.length === 0) return;
  tell({ audience, resource }, options);
  if (options.audienceMismatch === "event") return;
  const list = missing.map((target) => JSON.stringify(target)).join(", ");
  throw new TokenError(
    "ERR_TOKEN_AUDIENCE",
    `Cannot use the token: its "aud" does not contain ${list}; have the STS issue tokens for it`,
  );
}

function tell(
  { audience, resource }: Required<Pick<TokenRequest, "audience" | "resource">>,
  { identity, clock, onEvent }: AudienceCheckOptions,
): void {
  try {
    onEvent?.({ type: "audience-mismatch", identity, at: clock.now(), audience, resource });
  } catch {
    // A sink that fails must not cost a good token.
  }
}
