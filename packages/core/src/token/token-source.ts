import type { AccessToken } from "./access-token.ts";

/**
 * Yields access tokens. Everything that gets tokens is one of these, and everything that adds behaviour
 * decorates one and forwards its `identity`.
 */
export interface TokenSource<T extends AccessToken = AccessToken> {
  /** Returns a token for the request. Safe for concurrent calls; the result is frozen. */
  getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<T>;
  /**
   * Names everything besides the request that changes the answers (issuer or token endpoint, client id, grant,
   * credential thumbprint, extra parameters), as digests only. It changes when the credential does; `undefined` means that it never does.
   */
  readonly identity: string | undefined;
}

/** What a token is asked for. An absent list and an empty one mean the same; a blank string is a `TypeError`. */
export interface TokenRequest {
  /** The token of the user on whose behalf the agent acts (RFC 8693 `subject_token`, RFC 7523 `assertion`); a leading "Bearer " is dropped. */
  readonly subjectToken?: string;
  /** The caller's stable name for the subject: part of the cache key beside the subject token's hash, never instead of it. */
  readonly principal?: string;
  /** Logical names of the target services (RFC 8693 §2.1). */
  readonly audience?: readonly string[];
  /** Absolute URIs of the target services (RFC 8707 §2). */
  readonly resource?: readonly string[];
  /** Requested scope; joined by spaces on the wire only (RFC 6749 §3.3). */
  readonly scope?: readonly string[];
  /** The tenant whose authorization server is asked. */
  readonly tenant?: string;
}

/** How one call for a token behaves; nothing in here changes which token it is. */
export interface GetTokenOptions {
  /** Ends this caller's wait, never the request it shares with others. */
  readonly signal?: AbortSignal;
  /** A cached token with less left counts as expired for this caller, in milliseconds. Default 0. */
  readonly minValidityMs?: number;
  /** A token that a server refused: the answer is another one. */
  readonly rejected?: AccessToken;
  /** The URL of the server that refused it. What one server says of a token holds back calls to that server only. */
  readonly rejectedBy?: string;
  /** When the subject token ends, in epoch milliseconds, if the caller knows better than its `exp`. */
  readonly subjectExpiresAt?: number;
}
