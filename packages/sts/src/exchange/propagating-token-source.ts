import {
  type AccessToken,
  type Clock,
  createAccessToken,
  jwtExpiresAt,
  normalizeTokenRequest,
  systemClock,
  TokenError,
  type TokenEventSink,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkGetTokenOptions,
  checkOptions,
  earliest,
  foundInsteadOfBearer,
  functionOption,
  type OptionNames,
} from "@agent-oauth/core/internal";
import { checkAudience } from "../checks/audience-check.ts";
import { checkedPolicy, type ResponsePolicy } from "../checks/response-policy.ts";
import { subjectRequired } from "../checks/subject-required.ts";

const NAMES: OptionNames<PropagatingTokenSourceOptions> = {
  audienceMismatch: true,
  clock: true,
  onEvent: true,
};

/**
 * Makes a source that yields the subject token itself, if there is no STS: every server gets the token that the user sent,
 * and could use it elsewhere.
 *
 * Requests support `subjectToken`, `principal`, and `audience` and `resource`, for which a JWT is checked; any other field
 * is a TypeError. The token expires at the earlier of `subjectExpiresAt` and its own `exp`. Without `subjectToken` a call fails with `ERR_TOKEN_SUBJECT_REQUIRED`, with
 * `ERR_TOKEN_RESPONSE` if no header can carry it, and with `ERR_TOKEN_REJECTED` once a server has refused it.
 *
 * @example
 * ```ts
 * const source = propagatingTokenSource({ audienceMismatch: "error" });
 * const { token } = await source.getToken({ subjectToken: userToken });
 * ```
 * @throws TypeError if an option is unknown, or `audienceMismatch` is neither `"event"` nor `"error"`.
 */
export function propagatingTokenSource(options: PropagatingTokenSourceOptions = {}): TokenSource {
  const doing = "create a token source";
  checkOptions(options, { doing, names: NAMES });
  const { clock = systemClock, onEvent } = options;
  functionOption(onEvent, { option: "onEvent", doing });
  const policy = checkedPolicy("audienceMismatch", options.audienceMismatch ?? "event");
  const identity = "propagated";
  return {
    identity,
    async getToken(request, options = {}) {
      checkGetTokenOptions(options);
      const { signal, rejected, subjectExpiresAt } = options;
      const supports = ["subjectToken", "principal", "audience", "resource"] as const;
      const { subjectToken, ...target } = normalizeTokenRequest(request, { supports });
      if (subjectToken === undefined) throw subjectRequired("hand on a token");
      signal?.throwIfAborted();
      if (rejected?.token === subjectToken) {
        throw new TokenError(
          "ERR_TOKEN_REJECTED",
          "Cannot get another token: the server refused the subject token itself",
        );
      }
      const token = tokenOf(subjectToken, subjectExpiresAt);
      checkAudience(token, target, { policy, identity, clock, onEvent });
      return token;
    },
  };
}

/** Options of {@link propagatingTokenSource}. */
export interface PropagatingTokenSourceOptions {
  /** What happens if a JWT is not for the audience and resource asked for. Default `"event"`. */
  readonly audienceMismatch?: ResponsePolicy;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Called with `audience-mismatch` events. Default none. */
  readonly onEvent?: TokenEventSink;
}

/** Users send their tokens: one that cannot be sent on is not the caller's mistake. */
function tokenOf(subjectToken: string, subjectExpiresAt: number | undefined): AccessToken {
  const expiresAt = earliest(jwtExpiresAt(subjectToken), subjectExpiresAt);
  const found = foundInsteadOfBearer(subjectToken);
  if (found !== undefined) {
    throw new TokenError(
      "ERR_TOKEN_RESPONSE",
      `Cannot hand on a token: "subjectToken" is ${found}`,
    );
  }
  try {
    return createAccessToken({ token: subjectToken, expiresAt });
  } catch {
    throw new TokenError(
      "ERR_TOKEN_RESPONSE",
      'Cannot hand on a token: "subjectToken" is longer than any header',
    );
  }
}
