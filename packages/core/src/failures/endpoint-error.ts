import { TokenError } from "../errors/token-error.ts";

/** The minimum time between two probes of an endpoint that is down, in milliseconds. */
export const PROBE_INTERVAL_MS = 1_000;

/**
 * Makes the error for a request that an endpoint's gate did not let through. It is retryable.
 *
 * @param failure why the endpoint is down; `undefined`: it has recovered, and the wait was too long.
 */
export function endpointError(
  failure: TokenError | undefined,
  { waitMs, maxProbeWaitMs }: { waitMs: number; maxProbeWaitMs: number },
): TokenError {
  if (failure === undefined) {
    return new TokenError(
      "ERR_TOKEN_TIMEOUT",
      `Cannot request a token: the token endpoint has just recovered, and this request waited ${maxProbeWaitMs} ms behind other requests`,
      { retryAfterMs: PROBE_INTERVAL_MS },
    );
  }
  const { code, status, oauthError } = failure;
  return new TokenError(
    code,
    `Cannot request a token: the token endpoint failed for several callers in a row; the next attempt is possible in ${waitMs} ms`,
    { cause: failure, status, oauthError, retryAfterMs: waitMs, retryable: true },
  );
}
