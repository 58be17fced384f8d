export {
  type BearerBinding,
  type BearerCall,
  type BearerOptions,
  bindBearer,
} from "./bearer/bearer-binding.ts";
export { type BearerFetchOptions, bearerFetch } from "./bearer/bearer-fetch.ts";

export type { OriginOptions } from "./bearer/secure-origins.ts";
export { toHeaders } from "./bearer/to-headers.ts";
export {
  type McpAuthProvider,
  type McpAuthProviderOptions,
  toMcpAuthProvider,
} from "./bearer/to-mcp-auth-provider.ts";
export type { BoundTokenSource } from "./cache/bound-token-source.ts";
export type { CachingTokenSourceOptions } from "./cache/cache-options.ts";
export type { CacheStats } from "./cache/cache-stats.ts";
export {
  type CachingTokenSource,
  cachingTokenSource,
  type ExplainedKey,
} from "./cache/caching-token-source.ts";
export type { InsufficientScope } from "./challenge/insufficient-scope.ts";
export {
  type BearerChallenge,
  type ChallengedResponse,
  parseChallenge,
} from "./challenge/parse-challenge.ts";
export { redactedCause } from "./errors/error-cause.ts";
export { TokenError, type TokenErrorCode, type TokenErrorOptions } from "./errors/token-error.ts";
export type {
  ActorIgnoredEvent,
  AudienceMismatchEvent,
  CacheEvent,
  IssuedTypeMismatchEvent,
  LifetimeCutEvent,
  LifetimeSkippedEvent,
  RefreshFailedEvent,
  RequestEndEvent,
  RequestStartEvent,
  TenantDroppedEvent,
  TokenEvent,
  TokenEventSink,
} from "./events/token-event.ts";
export type { ChallengeOptions } from "./incoming/bearer-challenge.ts";
export type { IncomingHeaders, IncomingRequest } from "./incoming/incoming-request.ts";
export { UnauthorizedError } from "./incoming/unauthorized-error.ts";
export { type IncomingUser, type UserFromOptions, userFrom } from "./incoming/user-from.ts";
export type { VerifiedClaims } from "./incoming/verified-claims.ts";
export { withUser } from "./incoming/with-user.ts";
export {
  type ClientPool,
  type ClientPoolOptions,
  createClientPool,
} from "./operations/client-pool.ts";
export { createOperationCache } from "./operations/create-operation-cache.ts";
export type {
  CachedOperation,
  OperationCache,
  OperationCacheOptions,
  OperationCacheStats,
  OperationFilter,
} from "./operations/operation-cache.ts";
export type {
  Operation,
  OperationLifetime,
  OperationOptions,
  OperationPrincipal,
  OperationToken,
  PerCall,
} from "./operations/operation-options.ts";
export { chain } from "./sources/chain.ts";
export { fromTokenProvider } from "./sources/from-token-provider.ts";
export type { ProvidedToken, RawTokenResponse } from "./sources/provided-token.ts";
export { type StaticTokenSourceOptions, staticTokenSource } from "./sources/static-token-source.ts";
export type {
  FromTokenProviderOptions,
  TokenProvider,
  TokenProviderCall,
} from "./sources/token-provider.ts";
export { type Clock, systemClock } from "./time/clock.ts";
export { type AccessToken, type AccessTokenInit, createAccessToken } from "./token/access-token.ts";
export { fingerprint } from "./token/digest.ts";
export {
  type LifetimeClaims,
  type ResolveExpiresAtOptions,
  resolveExpiresAt,
} from "./token/expires-at.ts";
export { jwtExpiresAt } from "./token/jwt-claims.ts";
export { normalizeTokenRequest, type TokenRequestField } from "./token/token-request.ts";
export type { TokenRequestOption } from "./token/token-request-option.ts";
export type { GetTokenOptions, TokenRequest, TokenSource } from "./token/token-source.ts";
export {
  type ToolCall,
  type ToolHeaders,
  type ToolRun,
  type ToolTokens,
  type ToolTokensOptions,
  toolTokens,
} from "./tools/tool-tokens.ts";
