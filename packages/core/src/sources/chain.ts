import { addLayer, type Layer, layerOf } from "../cache/layer.ts";
import { sourceError } from "../errors/provider-error.ts";
import { TokenError } from "../errors/token-error.ts";
import { listedReasons } from "../options/listed-names.ts";
import { systemClock } from "../time/clock.ts";
import { untilAborted } from "../time/until-aborted.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

/**
 * Asks the sources in order and uses the first that is configured here. Only `ERR_TOKEN_SOURCE_UNAVAILABLE` moves on to the
 * next source. If a configured source fails or refuses the request, the call fails, so an outage or a revoked credential never
 * leads to another source's token.
 *
 * The chain asks all sources anew at each request: a source may have a token for one user only, or may be configured later. A
 * cache in front keeps a token of another source until it expires. The chain's identity combines the identities of all sources
 * in order, and changes when one of them changes. The chain itself caches nothing.
 *
 * @example
 * ```ts
 * const source = cachingTokenSource(
 *   chain([fromTokenProvider(tokenOfSession, { optional: true }), staticTokenSource(apiToken)]),
 * );
 * ```
 * @throws TypeError if the list is empty, or if a member is not a token source. The message names its position. At a call:
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if none of the sources is configured here, with the messages of the first
 * five sources; `ERR_TOKEN_RESPONSE` if a source returns a value that is not an access token.
 */
export function chain<T extends AccessToken>(sources: readonly TokenSource<T>[]): TokenSource<T> {
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new TypeError('Cannot chain token sources: "sources" must be a list of at least one');
  }
  for (const [position, source] of sources.entries()) {
    if (typeof source?.getToken === "function") continue;
    throw new TypeError(`Cannot chain token sources: "sources[${position}]" is not a token source`);
  }
  return new ChainedSource(sources);
}

class ChainedSource<T extends AccessToken> implements TokenSource<T> {
  readonly #sources: readonly TokenSource<T>[];
  /** The identities that `#identity` was built from. It is rebuilt only when they change, since a cache reads it at each hit. */
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

  /** A chain may be shared if each of its sources may. */
  get sharing(): true | string | undefined {
    return this.#sources.map(({ sharing }) => sharing).find((sharing) => sharing !== true) ?? true;
  }

  async getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<T> {
    if (options !== undefined) checkGetTokenOptions(options);
    const asked = normalizeTokenRequest(request);
    const reasons: string[] = [];
    for (const source of this.#sources) {
      options?.signal?.throwIfAborted();
      try {
        const token = source.getToken(asked, options);
        return checkedToken(await untilAborted(token, options?.signal));
      } catch (error) {
        if (options?.signal?.aborted) throw options.signal.reason;
        if (!isUnavailable(error)) throw sourceError(error, systemClock.now());
        reasons.push(error.message.slice(0, MAX_REASON));
      }
    }
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot get a token: none of ${reasons.length} sources is configured here (${listedReasons(reasons)})`,
    );
  }
}

/** Combines the caches in the chain, for a cache in front of the chain. */
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
