export {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
  isIssuedToken,
} from "./access-token.ts";
export {
  type BearerBinding,
  type BearerCall,
  type BearerOptions,
  bindBearer,
} from "./bearer-binding.ts";
export { type BearerFetchOptions, bearerFetch } from "./bearer-fetch.ts";
export type { BoundTokenSource } from "./bound-token-source.ts";
export { boundedText } from "./bounded-text.ts";
export type { CachingTokenSourceOptions } from "./cache-options.ts";
export type { CacheStats } from "./cache-stats.ts";
export {
  type CachingTokenSource,
  cachingTokenSource,
  type ExplainedKey,
} from "./caching-token-source.ts";
export { chain } from "./chain.ts";
export { type ClientPool, type ClientPoolOptions, createClientPool } from "./client-pool.ts";
export { type Clock, systemClock } from "./clock.ts";
export { digest, fingerprint } from "./digest.ts";
export { redactedCause } from "./error-cause.ts";
export {
  type LifetimeClaims,
  type ResolveExpiresAtOptions,
  resolveExpiresAt,
} from "./expires-at.ts";
export {
  type FromTokenProviderOptions,
  fromTokenProvider,
  type TokenProvider,
  type TokenProviderCall,
} from "./from-token-provider.ts";
export type { InsufficientScope } from "./insufficient-scope.ts";
export { type JwtParties, jwtAudience, jwtExpiresAt, jwtParties } from "./jwt-claims.ts";
export {
  type CachedOperation,
  createOperationCache,
  type OperationCache,
  type OperationCacheOptions,
  type OperationCacheStats,
  type OperationFilter,
} from "./operation-cache.ts";
export type {
  Operation,
  OperationLifetime,
  OperationOptions,
  OperationPrincipal,
  OperationToken,
  PerCall,
} from "./operation-options.ts";
export {
  type BearerChallenge,
  type ChallengedResponse,
  parseChallenge,
} from "./parse-challenge.ts";
export type { ProvidedToken } from "./provided-token.ts";
export type { OriginOptions } from "./secure-origins.ts";
export { staticTokenSource } from "./static-token-source.ts";
export { toHeaders } from "./to-headers.ts";
export {
  type McpAuthProvider,
  type McpAuthProviderOptions,
  toMcpAuthProvider,
} from "./to-mcp-auth-provider.ts";
export { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./token-error.ts";
export type {
  ActorIgnoredEvent,
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
export type { TokenRequestOption } from "./token-request-option.ts";
export type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";
export {
  type ToolCall,
  type ToolHeaders,
  type ToolRun,
  type ToolTokens,
  type ToolTokensOptions,
  toolTokens,
} from "./tool-tokens.ts";
