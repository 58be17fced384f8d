import { type CacheUser, checkedUser } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import { fingerprint } from "../token/digest.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import { type BoundTokenSource, bindRequest } from "./bound-token-source.ts";
import { type CachingTokenSourceOptions, cacheSettings } from "./cache-options.ts";
import type { CacheStats } from "./cache-stats.ts";
import { addLayer, type Layer, layerOf } from "./layer.ts";
import { TokenCache } from "./token-cache.ts";

/** A token source that caches the tokens of another source. */
export interface CachingTokenSource<T extends AccessToken = AccessToken> extends TokenSource<T> {
  /** Computes the key of a request once, for agent loops. */
  bind(request?: TokenRequest): BoundTokenSource<T>;
  /** Returns the cached token if it may still be used. It sends no request and does not refresh the token. */
  peek(request?: TokenRequest): T | undefined;
  /**
   * Forgets the token and the failure of one request; tells whether there was a token. Caches inside the source forget them
   * too.
   */
  invalidate(request?: TokenRequest): boolean;
  /**
   * Forgets every token and every failure of one user; returns the number of tokens. Caches inside the source forget them too.
   * The shared store is told in the background; use `evictEverywhere` to hear of a failure.
   *
   * @throws TypeError unless either `principal` or `subjectToken` is given.
   */
  evict(user: CacheUser): number;
  /**
   * Does the same in every process that shares the cache's store, and resolves when the store has struck the user's tokens: no
   * process reads them from it any more, and each forgets its own as soon as it hears of it. Without a store, it is `evict`.
   *
   * @throws TypeError as `evict`; TokenError `ERR_TOKEN_STORE`, retryable, if the store did not do it. The user's tokens are
   * then gone from this process only.
   */
  evictEverywhere(user: CacheUser): Promise<number>;
  /**
   * Forgets every token and every failure, also in the caches inside the source, and treats the token endpoint as up.
   *
   * @throws TypeError if the call has an argument, since `clear` would forget more than the argument names.
   */
  clear(): void;
  /** Returns the counts of what the cache has done and what it holds. */
  stats(): CacheStats;
  /** Shows the parts of the request's key, with fingerprints in place of secrets. */
  explainKey(request?: TokenRequest): ExplainedKey;
  /** Aborts requests in flight and forgets everything. Later calls fail with `ERR_TOKEN_CLOSED`. */
  close(): void;
}

/** The parts of a cache key. Two requests share a token if all parts are equal. */
export interface ExplainedKey {
  /** The source's identity. */
  readonly identity: string | undefined;
  /** Fingerprint of the subject token. The key itself holds the token's full SHA-256. */
  readonly subject: string | null;
  readonly principal: string | null;
  readonly tenant: string | null;
  /** Sorted, without repetitions; `null` if absent or empty. */
  readonly audience: readonly string[] | null;
  readonly resource: readonly string[] | null;
  readonly scope: readonly string[] | null;
}

/**
 * Caches the tokens of a source. Any number of callers share one request. Tokens are refreshed ahead, and are never shared
 * between users, tenants, audiences or credentials. A source that is already cached is returned unchanged. With `options`, its
 * inner source is cached anew, with these options merged over the earlier ones.
 *
 * @example
 * ```ts
 * const source = cachingTokenSource(fromTokenProvider(fetchTokenForUser));
 * const { token } = await source.getToken({ subjectToken, audience: ["orders"] });
 * ```
 * @throws TypeError | RangeError if an option is unknown, of a wrong type or out of range. The message names the option.
 */
export function cachingTokenSource<T extends AccessToken>(
  source: TokenSource<T>,
  options?: CachingTokenSourceOptions,
): CachingTokenSource<T> {
  if (source instanceof CachedSource) return source.with(options) as CachingTokenSource<T>;
  if (typeof source?.getToken !== "function") {
    throw new TypeError('Cannot create a cache: "source" must be a token source');
  }
  return new CachedSource(source, options);
}

class CachedSource<T extends AccessToken> implements CachingTokenSource<T> {
  readonly #source: TokenSource<T>;
  readonly #options: CachingTokenSourceOptions | undefined;
  readonly #cache: TokenCache<T>;
  /** The layer of the source, if the source has a cache inside. */
  readonly #beneath: Layer | undefined;
  #forgotten = 0;

  constructor(source: TokenSource<T>, options: CachingTokenSourceOptions | undefined) {
    this.#source = source;
    this.#options = options;
    this.#cache = new TokenCache(source, cacheSettings(options));
    this.#beneath = layerOf(source);
    addLayer(this, this.#layer());
  }

  /** Wraps the inner source anew with the merged options, so that they take effect without a cache behind a cache. */
  with(options: CachingTokenSourceOptions | undefined): CachedSource<T> {
    if (options === undefined) return this;
    return new CachedSource(this.#withoutCache(), { ...this.#options, ...options });
  }

  /** Returns the inner source for another cache. It closes with this cache, and signals when this cache forgets something. */
  #withoutCache(): TokenSource<T> {
    const source = this.#source;
    const bare: TokenSource<T> = {
      get identity() {
        return source.identity;
      },
      ...(source.sharing !== undefined && { sharing: source.sharing }),
      getToken: (request, options) => {
        const { closed } = this.#cache;
        return closed === undefined ? source.getToken(request, options) : Promise.reject(closed);
      },
    };
    addLayer(bare, this.#layer());
    return bare;
  }

  #layer(): Layer {
    const generation = () => this.#forgotten + (this.#beneath?.generation ?? 0);
    return {
      get generation() {
        return generation();
      },
      invalidate: (request) => void this.invalidate(request),
      evict: (user) => void this.evict(user),
      clear: () => this.clear(),
    };
  }

  get identity(): string | undefined {
    return this.#cache.identity;
  }

  get sharing(): true | string | undefined {
    return this.#source.sharing;
  }

  // An async function would make a hit cost half as much again.
  getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<T> {
    try {
      if (options === undefined) {
        const entry = this.#cache.entry(this.#cache.keyOf(request));
        if (entry !== undefined && this.#cache.isFresh(entry)) {
          this.#cache.hit(entry, request);
          return Promise.resolve(entry.token);
        }
      }
      // The key is computed from a copy, since the caller may change its own request or use getters.
      const own = normalizeTokenRequest(request);
      const key = this.#cache.keyOf(own);
      return this.#cache.respond({
        key,
        request: own,
        options: options === undefined ? {} : options,
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  bind(request?: TokenRequest): BoundTokenSource<T> {
    return bindRequest(this.#cache, request);
  }

  peek(request?: TokenRequest): T | undefined {
    return this.#cache.peek(this.#cache.entry(this.#cache.keyOf(request)));
  }

  invalidate(request?: TokenRequest): boolean {
    const had = this.#cache.forget.invalidate(this.#cache.keyOf(request));
    this.#beneath?.invalidate(request);
    this.#forgotten++;
    return had;
  }

  evict(user: CacheUser): number {
    const evicted = this.#cache.forget.evict(checkedUser(user));
    this.#beneath?.evict(user);
    this.#forgotten++;
    return evicted;
  }

  async evictEverywhere(user: CacheUser): Promise<number> {
    const checked = checkedUser(user);
    this.#beneath?.evict(user);
    this.#forgotten++;
    return this.#cache.forget.evictEverywhere(checked);
  }

  clear(...filters: readonly never[]): void {
    if (filters.length > 0) {
      throw new TypeError(
        "Cannot clear a cache: clear() forgets all tokens and takes no argument; evict() forgets one user's",
      );
    }
    this.#cache.forget.clear();
    this.#beneath?.clear();
    this.#forgotten++;
  }

  stats(): CacheStats {
    return this.#cache.stats;
  }

  explainKey(request?: TokenRequest): ExplainedKey {
    const { subjectToken, principal, tenant, audience, resource, scope } =
      normalizeTokenRequest(request);
    return Object.freeze({
      identity: this.#cache.identity,
      subject: subjectToken === undefined ? null : `sha256:${fingerprint(subjectToken)}`,
      principal: principal ?? null,
      tenant: tenant ?? null,
      audience: sortedSet(audience),
      resource: sortedSet(resource),
      scope: sortedSet(scope),
    });
  }

  close(): void {
    this.#cache.close();
    this.#forgotten++;
  }
}

function sortedSet(list: readonly string[] | undefined): readonly string[] | null {
  return list === undefined ? null : Object.freeze([...new Set(list)].sort());
}
