import type { AccessToken } from "./access-token.ts";

/**
 * Yields access tokens. Everything that gets tokens implements this interface. Everything that adds behaviour decorates a
 * token source and forwards its `identity`.
 */
export interface TokenSource<T extends AccessToken = AccessToken> {
  /** Returns a token for the request. Safe for concurrent calls; the result is frozen. */
  getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<T>;
  /**
   * Names everything that the tokens depend on, except the request (issuer or token endpoint, client id, grant, credential
   * thumbprint, extra parameters), as digests only. It changes when the credential changes; `undefined` means that the
   * credential never changes.
   */
  readonly identity: string | undefined;
  /**
   * Whether the identity means the same in every process, so that a shared store may hold the tokens: `true`, or the reason why
   * not. A decorator forwards it. Default: nobody knows, so no store may hold them.
   */
  readonly sharing?: true | string | undefined;
}

/** Says which token is requested. An absent list and an empty list mean the same; a blank string is a `TypeError`. */
export interface TokenRequest {
  /** The token of the user on whose behalf the agent acts (RFC 8693 `subject_token`, RFC 7523 `assertion`); a leading "Bearer " is dropped. */
  readonly subjectToken?: string;
  /** The caller's stable name for the subject. If there is a subject token too, the cache key holds both: the name and the token's hash. */
  readonly principal?: string;
  /** Logical names of the target services (RFC 8693 §2.1). */
  readonly audience?: readonly string[];
  /** Absolute URIs of the target services (RFC 8707 §2). */
  readonly resource?: readonly string[];
  /** The requested scope. It is joined by spaces only on the wire (RFC 6749 §3.3). */
  readonly scope?: readonly string[];
  /** The tenant whose authorization server issues the token. */
  readonly tenant?: string;
}

/** Options of one `getToken` call. */
export interface GetTokenOptions {
  /** Ends this caller's wait, but never the request that the caller shares with others. */
  readonly signal?: AbortSignal;
  /** The shortest remaining lifetime that this caller accepts, in milliseconds. Default 0. */
  readonly minValidityMs?: number;
  /** The token that a server refused. The source returns another token. */
  readonly rejected?: AccessToken;
  /** The URL of the server that refused the token. A refusal by one server holds back calls to that server only. */
  readonly rejectedBy?: string;
  /** When the subject token expires, in epoch milliseconds, if the caller knows better than the token's `exp`. */
  readonly subjectExpiresAt?: number;
}
