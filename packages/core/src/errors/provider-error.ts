import { kindOf } from "../options/plain-object.ts";
import { redactedCause } from "./error-cause.ts";
import { foreignMember } from "./foreign-error.ts";
import { isNetworkFailure } from "./network-failure.ts";
import { TokenError } from "./token-error.ts";

/**
 * Wraps an error that foreign code threw in a token error: `ERR_TOKEN_PROVIDER`. It is retryable if the foreign error says so,
 * or if its causes show a network failure. The foreign message is dropped. A token error is returned unchanged.
 *
 * @param who names, for the message, the code that threw the error.
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
 * Returns an error that a token source may throw. A token error, a mistake of the caller and an abort are returned unchanged.
 * {@link providerError} wraps every other error.
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
