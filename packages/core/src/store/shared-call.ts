/** What a cache asks of its second level, and what it gets. */

import type { CacheKey } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { RecordLifetime } from "./token-record.ts";

/** One request of a cache for a token. */
export interface SharedCall<T extends AccessToken> {
  readonly key: CacheKey;
  /** Ends when the cache is closed. */
  readonly signal: AbortSignal;
  readonly minValidityMs: number;
  /** The token that the cache refreshes ahead; `undefined` if callers wait for a token. */
  readonly refreshed: AccessToken | undefined;
  /** Tells whether a server refused a token. */
  readonly refuses: (token: AccessToken) => boolean;
  /** Whether the cache was told meanwhile to forget the token. */
  readonly isSuperseded: () => boolean;
  /** Requests a token from the source. */
  readonly send: () => Promise<FetchedToken<T>>;
}

/** A token that the source has issued just now. */
export interface FetchedToken<T extends AccessToken> {
  readonly token: T;
  /** How long the token may be used; `undefined` if not at all. */
  readonly lifetime: RecordLifetime | undefined;
}

/** A token of the store or the source. */
export interface SharedToken<T extends AccessToken> {
  readonly token: T;
  /** Milliseconds since its request was sent; `undefined` for the token of the request just now. */
  readonly ageMs: number | undefined;
}

/** A token that a store holds. */
export interface StoredToken<T extends AccessToken> extends RecordLifetime {
  readonly token: T;
  readonly ageMs: number;
}
