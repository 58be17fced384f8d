import { kindOf } from "../options/plain-object.ts";
import { redactedCause } from "./error-cause.ts";
import { foreignMember } from "./foreign-error.ts";
import { isNetworkFailure } from "./network-failure.ts";
import { TokenError } from "./token-error.ts";

/**
 * Makes a token error of what somebody else's code threw: `ERR_TOKEN_PROVIDER`, retryable if it says so itself or its causes show
 * a network fault. Nothing of its message is kept. A token error is returned as it is.
 *
 * @param who threw it, as the message calls it.
 */
export function providerError(error: unknown, who: string): TokenError {
  if (TokenError.isInstance(error)) return error;
  const cause = redactedCause(error);
  const retryable = foreignMember(error, "retryable");
  const retryAfterMs = foreignMember(error, "retryAfterMs");
  return new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot get a token: ${who} threw ${cause?.name ?? kindOf(error)}`,
    {
      cause,
      retryable: typeof retryable === "boolean" ? retryable : isNetworkFailure(error),
      ...(isDuration(retryAfterMs) && { retryAfterMs }),
    },
  );
}

/**
 * Returns what a token source may throw as it is: a token error, a mistake of the caller, an abort. Everything else is foreign, and
 * becomes what {@link providerError} makes of it.
 */
export function sourceError(error: unknown): unknown {
  const isMistake = error instanceof TypeError || error instanceof RangeError;
  if (isMistake && !isNetworkFailure(error)) return error;
  if (foreignMember(error, "name") === "AbortError") return error;
  return providerError(error, "the token source");
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
