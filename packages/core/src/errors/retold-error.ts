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
  const { status, oauthError, retryAfterMs, claims, suberror, retryable } = error;
  const { code = error.code, ...replaced } = details;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const kept = { cause, status, oauthError, retryAfterMs, claims, suberror, retryable };
  return new TokenError(code, message, { ...kept, ...replaced });
}
