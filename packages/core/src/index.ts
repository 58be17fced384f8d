export {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
  isIssuedToken,
} from "./access-token.ts";
export { type BearerFetchOptions, bearerFetch } from "./bearer-fetch.ts";
export { type Clock, systemClock } from "./clock.ts";
export { digest, fingerprint } from "./digest.ts";
export { redactedCause } from "./error-cause.ts";
export {
  type LifetimeClaims,
  type ResolveExpiresAtOptions,
  resolveExpiresAt,
} from "./expires-at.ts";
export { jwtExpiresAt } from "./jwt-claims.ts";
export { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./token-error.ts";
export type {
  AudienceMismatchEvent,
  CacheEvent,
  LifetimeCutEvent,
  LifetimeSkippedEvent,
  RefreshFailedEvent,
  RequestEndEvent,
  RequestStartEvent,
  TenantDroppedEvent,
  TokenEvent,
  TokenEventSink,
} from "./token-event.ts";
export { normalizeTokenRequest, type TokenRequestField } from "./token-request.ts";
export type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";
