import { addLayer, type Layer, layerOf } from "../cache/layer.ts";
import { TokenError } from "../errors/token-error.ts";
import { listedReasons } from "../options/listed-names.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

/**
 * Asks sources in their order until one is configured here. Only `ERR_TOKEN_SOURCE_UNAVAILABLE` moves on to the next
 * one: a source that is there and fails, or refuses the request, is the answer, so that an outage or a revoked
 * credential never turns into the token of somebody else.
 *
 * Which source answered is not remembered. A source may have a token for one user and none for another, and one that
 * is configured later is seen at the next request; what was cached of the other one stays until its end. The identity
 * is that of all the sources, in their order: it changes when any of them changes. Nothing is cached here.
 *
 * @example
 * ```ts
 * const source = cachingTokenSource(
 *   chain([fromTokenProvider(tokenOfSession, { optional: true }), staticTokenSource(apiToken)]),
 * );
 * ```
 * @throws TypeError if the list is empty, or naming the position of what is no token source. At a call:
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if no source is configured here, with what each of them says (the first five),
 * `ERR_TOKEN_RESPONSE` if one yields what is no access token.
 */
export function chain<T extends AccessToken>(sources: readonly TokenSource<T>[]): TokenSource<T> {
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new TypeError('Cannot chain token sources: "sources" must be a list of at least one');
  }
  for (const [position, source] of sources.entries()) {
    if (typeof source?.getToken === "function") continue;
    throw new TypeError(`Cannot chain token sources: "sources[${position}]" is no token source`);
  }
  return new ChainedSource(sources);
}

class ChainedSource<T extends AccessToken> implements TokenSource<T> {
  readonly #sources: readonly TokenSource<T>[];
  /** Written out once for as long as it holds: a cache reads it at each hit. */
  #identities: readonly (string | undefined)[] = [];
  #identity: string | undefined;

  constructor(sources: readonly TokenSource<T>[]) {
    this.#sources = [...sources];
    const layers = sources.map(layerOf).filter((layer) => layer !== undefined);
    if (layers.length > 0) addLayer(this, allOf(layers));
  }

  get identity(): string | undefined {
    const isSame = this.#sources.every(({ identity }, i) => identity === this.#identities[i]);
    if (!isSame) {
      this.#identities = this.#sources.map(({ identity }) => identity);
      this.#identity = `chain:${JSON.stringify(this.#identities)}`;
    }
    return this.#identity;
  }

  async getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<T> {
    if (options !== undefined) checkGetTokenOptions(options);
    const asked = normalizeTokenRequest(request);
    const reasons: string[] = [];
    for (const source of this.#sources) {
      options?.signal?.throwIfAborted();
      try {
        return checkedToken(await source.getToken(asked, options));
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        reasons.push(error.message.slice(0, MAX_REASON));
      }
    }
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot get a token: none of ${reasons.length} sources is configured here (${listedReasons(reasons)})`,
    );
  }
}

/** A cache in front of the chain stands in front of all the caches in it. */
function allOf(layers: readonly Layer[]): Layer {
  return {
    get generation() {
      return layers.reduce((sum, { generation }) => sum + generation, 0);
    },
    invalidate(request) {
      for (const layer of layers) layer.invalidate(request);
    },
    evict(user) {
      for (const layer of layers) layer.evict(user);
    },
    clear() {
      for (const layer of layers) layer.clear();
    },
  };
}

const MAX_REASON = 200;

function isUnavailable(error: unknown): error is TokenError {
  return TokenError.isInstance(error) && error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE";
}
