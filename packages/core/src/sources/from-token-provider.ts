import { CACHE_OPTION_NAMES, type CachingTokenSourceOptions } from "../cache/cache-options.ts";
import { type CachingTokenSource, cachingTokenSource } from "../cache/caching-token-source.ts";
import { checkOptions, type OptionNames, pickOptions } from "../options/known-members.ts";
import { ProviderSource } from "./provider-source.ts";
import type { FromTokenProviderOptions, TokenProvider } from "./token-provider.ts";

const NAMES: OptionNames<FromTokenProviderOptions> = {
  ...CACHE_OPTION_NAMES,
  identity: true,
  timeoutMs: true,
  optional: true,
};

/**
 * Turns a function into a token source. The source caches tokens as {@link cachingTokenSource} does, so it does not call the
 * function for every request. It keeps a token until the expiry that the function returns, else until the token's `exp`, else
 * for `fallbackLifetimeMs`. Concurrent callers share one call of the function, and its failure.
 *
 * The source caches the token for its request, so the token must depend on the request only. The request names the user, by
 * `subjectToken` or `principal`. If the function looks up the current user by itself, every user gets the token of the first
 * user.
 *
 * The source returns a token or fails, so a request never goes out without a token by accident. If you want anonymous
 * requests, set `optional`: without a token, the source fails with `ERR_TOKEN_SOURCE_UNAVAILABLE`. Catch that error and send
 * the request with the plain `fetch`.
 *
 * @example
 * ```ts
 * const source = fromTokenProvider(async ({ subjectToken, audience }, { signal }) => {
 *   const { access_token, expires_in } = await exchange(subjectToken, audience, signal);
 *   return { token: access_token, expiresIn: expires_in };
 * });
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range. At a call:
 * @throws TokenError `ERR_TOKEN_TLS` if the function's causes show that a server's certificate is not trusted, or that TLS
 * failed otherwise; `ERR_TOKEN_PROVIDER` if the function throws otherwise, takes too long, or does not return a valid token.
 * The error is retryable if the function took too long, if the thrown error or one of its causes is a network failure (a code
 * such as `ECONNRESET`, a `TimeoutError`, or an `AbortError` of the function's own), or if the thrown value has the `status`
 * 408, 429 or 5xx, as a `Response` or an error of an HTTP client has; its `Retry-After` counts. If the thrown error has a boolean member `retryable`, that member decides. Further calls
 * for the same request fail with the same error for `failureLifetimeMs`, or, after a retryable failure, for a back-off. A
 * `TokenError` that the function throws is passed on unchanged.
 */
export function fromTokenProvider(
  provider: TokenProvider,
  options?: FromTokenProviderOptions,
): CachingTokenSource;
/** Turns a function that has tokens for some requests only into a token source. */
export function fromTokenProvider(
  provider: TokenProvider<undefined | null>,
  options: FromTokenProviderOptions & { readonly optional: true },
): CachingTokenSource;
export function fromTokenProvider(
  provider: TokenProvider<undefined | null>,
  options?: FromTokenProviderOptions,
): CachingTokenSource {
  checkOptions(options, { doing: "create a token source", names: NAMES });
  if (typeof provider !== "function") {
    throw new TypeError('Cannot create a token source: "provider" must be a function');
  }
  const given = options ?? {};
  return cachingTokenSource(
    new ProviderSource(provider, given),
    pickOptions<CachingTokenSourceOptions>(given, CACHE_OPTION_NAMES),
  );
}
