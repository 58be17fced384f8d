import type { CachingTokenSourceOptions } from "../cache/cache-options.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import type { ProvidedToken } from "./provided-token.ts";

/** What a token provider is told beside the request. */
export interface TokenProviderCall {
  /** Ends when nobody waits for the answer any more: after `timeoutMs`, or when the source is closed. */
  readonly signal: AbortSignal;
  /** A token of this provider that a server refused: the answer must be another one. */
  readonly rejected?: AccessToken;
}

/**
 * A user's own way to get a token for a request: a function, asynchronous or not, that returns a token, with or
 * without "Bearer " before it, or a token and its end. `None` is what an optional one returns if it has none.
 */
export type TokenProvider<None = never> = (
  request: TokenRequest,
  call: TokenProviderCall,
) => string | ProvidedToken | None | Promise<string | ProvidedToken | None>;

/** How {@link fromTokenProvider} asks, and how it caches. */
export interface FromTokenProviderOptions extends CachingTokenSourceOptions {
  /** Changes when the provider's credential does; digests only. Default `undefined`: it never changes. */
  readonly identity?: string;
  /** How long the provider may take, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
  /**
   * Whether the provider may have no token for a request. `undefined`, `null` or an empty string is then
   * `ERR_TOKEN_SOURCE_UNAVAILABLE`, at which `chain` asks the next source. Default `false`.
   */
  readonly optional?: boolean;
}
