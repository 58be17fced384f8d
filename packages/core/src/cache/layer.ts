import type { CacheUser } from "../key/cache-key.ts";
import type { TokenRequest } from "../token/token-source.ts";

const LAYER = Symbol.for("@agent-oauth/layer");

/**
 * The interface of a cache inside a source, for a cache in front of that source. When one of the two caches forgets a token, the
 * other cache must not return it.
 */
export interface Layer {
  /** Grows when the inner cache forgets something. The cache in front may hold a forgotten token, so it then forgets all. */
  readonly generation: number;
  invalidate(request: TokenRequest | undefined): void;
  evict(user: CacheUser): void;
  clear(): void;
}

/** Marks a source as one with a cache inside. */
export function addLayer(source: object, layer: Layer): void {
  Object.defineProperty(source, LAYER, { value: layer });
}

/** Returns the layer of a source; `undefined` if the source has no cache inside. */
export function layerOf(source: object): Layer | undefined {
  return (source as { readonly [LAYER]?: Layer })[LAYER];
}
