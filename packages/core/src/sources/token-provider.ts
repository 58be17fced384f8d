import type { CachingTokenSourceOptions } from "../cache/cache-options.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import type { ProvidedToken, RawTokenResponse } from "./provided-token.ts";

/** The second argument of a token provider. */
export interface TokenProviderCall {
  /** Aborted when the source stops waiting for the provider: after `timeoutMs`, or when the source is closed. */
  readonly signal: AbortSignal;
  /** A token of this provider that a server refused. The provider must return another token. */
  readonly rejected?: AccessToken;
}

/**
 * A user's function that gets a token for a request. The function may be asynchronous. It returns a token, with or without a
 * leading "Bearer ", a token and its expiry, or the response of a token endpoint. An optional provider returns a value of type `None` if it has no token.
 */
export type TokenProvider<None = never> = (
  request: TokenRequest,
  call: TokenProviderCall,
) => Provided | None | Promise<Provided | None>;

type Provided = string | ProvidedToken | RawTokenResponse;

/** Options of {@link fromTokenProvider}, including those of its cache. */
export interface FromTokenProviderOptions extends CachingTokenSourceOptions {
  /** A digest that changes when the provider's credential changes. Default `undefined`: the credential never changes. */
  readonly identity?: string;
  /** How long the provider may take, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
  /**
   * Whether the provider may have no token for a request. If it then returns `undefined`, `null` or an empty string, the call
   * fails with `ERR_TOKEN_SOURCE_UNAVAILABLE`, and `chain` asks the next source. Default `false`.
   */
  readonly optional?: boolean;
}
