import type { CacheUser } from "../key/cache-key.ts";
import type { TokenRequest } from "../token/token-source.ts";

const LAYER = Symbol.for("@agent-oauth/layer");

/**
 * What a source lets a cache in front of it know and do, if there is a cache in it: what is forgotten in one of them must not
 * be handed out by the other.
 */
export interface Layer {
  /** Grows whenever something is forgotten here: what a cache in front has of this source may be among it. */
  readonly generation: number;
  invalidate(request: TokenRequest | undefined): void;
  evict(user: CacheUser): void;
  clear(): void;
}

/** Makes a source known as one that has a cache in it. */
export function addLayer(source: object, layer: Layer): void {
  Object.defineProperty(source, LAYER, { value: layer });
}

/** Returns the layer of a source that has a cache in it. */
export function layerOf(source: object): Layer | undefined {
  return (source as { readonly [LAYER]?: Layer })[LAYER];
}
