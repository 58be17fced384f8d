import type { CacheKey } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest } from "../token/token-source.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { TokenCache } from "./token-cache.ts";

/** A request whose key is computed once, for agent loops, where the same user calls the same server many times. */
export interface BoundTokenSource<T extends AccessToken = AccessToken> {
  /** Returns a token for the bound request. A hit hashes and allocates nothing. */
  getToken(options?: GetTokenOptions): Promise<T>;
  /** Returns the cached token if it may still be used. It sends no request. */
  peek(): T | undefined;
  /**
   * Binds the same subject to another target. It reuses the subject's digest.
   *
   * @throws TypeError if a field of the target is blank, of a wrong type, or names a subject. The message names the field.
   */
  with(target: Omit<TokenRequest, "subjectToken" | "principal">): BoundTokenSource<T>;
}

/**
 * Binds a request to a cache.
 *
 * @throws TypeError naming the field of the request that is blank or of a wrong type.
 */
export function bindRequest<T extends AccessToken>(
  cache: TokenCache<T>,
  request: TokenRequest | undefined,
): BoundTokenSource<T> {
  const normal = normalizeTokenRequest(request);
  return new BoundRequest(cache, normal, cache.keyOf(normal));
}

const TARGET = ["tenant", "audience", "resource", "scope"] as const;

class BoundRequest<T extends AccessToken> implements BoundTokenSource<T> {
  readonly #cache: TokenCache<T>;
  readonly #request: TokenRequest;
  readonly #key: CacheKey;
  /** The entry of the last call. `#resolved` is a resolved promise of its token, which a hit returns. */
  #entry: CacheEntry<T> | undefined;
  #resolved: Promise<T> | undefined;

  constructor(cache: TokenCache<T>, request: TokenRequest, key: CacheKey) {
    this.#cache = cache;
    this.#request = request;
    this.#key = key;
  }

  getToken(options?: GetTokenOptions): Promise<T> {
    const entry = this.#entry;
    if (options === undefined && entry !== undefined && this.#cache.isFresh(entry)) {
      this.#cache.hit(entry, this.#request);
      return this.#resolved as Promise<T>;
    }
    return this.#respond(options === undefined ? {} : options);
  }

  peek(): T | undefined {
    return this.#cache.peek(this.#entry) ?? this.#cache.peek(this.#cache.entry(this.#key));
  }

  with(target: Omit<TokenRequest, "subjectToken" | "principal">): BoundTokenSource<T> {
    const { subjectToken, principal } = this.#request;
    const request = {
      // The compiler accepts a whole request as a target. Its subject is refused, since the key holds the bound subject.
      ...normalizeTokenRequest(target, { supports: TARGET }),
      ...(subjectToken !== undefined && { subjectToken }),
      ...(principal !== undefined && { principal }),
    };
    return new BoundRequest(this.#cache, request, this.#cache.keyFor(this.#key, request));
  }

  #respond(options: GetTokenOptions): Promise<T> {
    let response: Promise<T>;
    try {
      response = this.#cache.respond({ key: this.#key, request: this.#request, options });
    } catch (error) {
      return Promise.reject(error);
    }
    const entry = this.#cache.entry(this.#key);
    if (entry !== this.#entry) {
      this.#entry = entry;
      this.#resolved = entry && Promise.resolve(entry.token);
    }
    return response;
  }
}
