import { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./token-error.ts";

/** What is told otherwise. */
export interface RetoldDetails extends TokenErrorOptions {
  readonly code?: TokenErrorCode;
}

/** Tells the same failure in another message. Every detail is kept that `details` does not replace. */
export function retoldError(
  error: TokenError,
  message: string,
  details: RetoldDetails = {},
): TokenError {
  const { code = error.code, ...replaced } = details;
  return new TokenError(code, message, { ...errorDetails(error), ...replaced });
}

/** Returns every detail of a token error, for another error that tells the same failure. */
export function errorDetails(error: TokenError): TokenErrorOptions {
  const { status, oauthError, retryAfterMs, claims, suberror, acrValues, maxAgeMs } = error;
  const { retryable } = error;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return {
    cause,
    status,
    oauthError,
    retryAfterMs,
    claims,
    suberror,
    acrValues,
    maxAgeMs,
    retryable,
  };
}
