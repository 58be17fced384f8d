import {
  type AccessToken,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import type { GatewayFlow } from "@agent-oauth/core/gateway";

/**
 * Returns the flow's source for a request: of user tokens if a user stands behind it, else of system tokens.
 *
 * @param noSystem what to do if there are no system tokens.
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the flow has no system tokens.
 */
export function userOrSystemTokens<T extends AccessToken>(
  { userTokens, systemTokens }: GatewayFlow<T>,
  { subjectToken }: TokenRequest,
  doing: string,
  noSystem = 'pass "userToken"',
): TokenSource<T> {
  const tokens = subjectToken === undefined ? systemTokens : userTokens;
  if (tokens !== undefined) return tokens;
  throw new TokenError(
    "ERR_TOKEN_SUBJECT_REQUIRED",
    `Cannot ${doing}: this flow has tokens for users only; ${noSystem}`,
  );
}
