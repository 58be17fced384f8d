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
 * Turns a function into a token source. It is not called on every request: the source caches, as
 * {@link cachingTokenSource} does, until the end that the function gives, else the token's `exp`, else for
 * `fallbackLifetimeMs`. Callers at the same time share one call, and its failure.
 *
 * What it returns is kept for its request, so it must answer by the request alone. The user stands in there, as
 * `subjectToken` or `principal`: a function that looks up the current user by itself gives all the token of the first.
 *
 * A source never yields nothing, so no request goes out without a token by accident. Who wants an anonymous request
 * asks for it: with `optional` the source says by `ERR_TOKEN_SOURCE_UNAVAILABLE` that there is no token, and the
 * caller that catches it sends the request by the plain `fetch`.
 *
 * @example
 * ```ts
 * const source = fromTokenProvider(async ({ subjectToken, audience }, { signal }) => {
 *   const { access_token, expires_in } = await exchange(subjectToken, audience, signal);
 *   return { token: access_token, expiresIn: expires_in };
 * });
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range. At a call:
 * @throws TokenError `ERR_TOKEN_PROVIDER` if the function throws, takes too long, or returns anything but a token that
 * is good now. It is retryable if the function took too long, or if what it threw, or a cause of that, is a fault of the network
 * (by its code, such as `ECONNRESET`, or a `TimeoutError`); a member `retryable` of what it threw decides if there is one. Calls
 * for the same request fail alike for `failureLifetimeMs`, after a retryable failure for a back-off. A `TokenError` passes as it is.
 */
export function fromTokenProvider(
  provider: TokenProvider,
  options?: FromTokenProviderOptions,
): CachingTokenSource;
/** Turns a function that has a token for some requests only into a token source. */
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
