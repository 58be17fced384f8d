/** Parameters of a form. Absent ones and empty lists are not sent; only `resource` and `audience` may have several values. */
export type FormParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A grant type and its parameters (RFC 6749 §4). */
interface Grant {
  /** Registered name or absolute URI of the grant. */
  readonly grantType: string;
  readonly parameters: FormParameters;
  /**
   * What was asked for before, where an earlier request of the same grant carried the scope: what was granted if the response
   * does not say. Default: the parameter `scope`.
   */
  readonly requestedScope?: readonly string[] | undefined;
}

/** One token request. */
export interface TokenGrant extends Grant {
  /**
   * Whether the request may be sent again after one that may have been processed. One that certainly was not (no connection,
   * nothing written, 429, 503 with `Retry-After`) may always be.
   */
  readonly idempotent: boolean;
  /**
   * Whether a JWT that does not name each `audience` parameter in `aud` causes an `audience-mismatch` event. Default false.
   */
  readonly checkAudience?: boolean;
}

/** Token requests that are repeated until a user has decided. */
export interface PolledGrant extends Grant {
  /** How long the server keeps what is waited for, in milliseconds: the poll ends then. */
  readonly lifetimeMs: number;
  /** The wait before each request, in milliseconds, as the server asks for it. Default 5 000 (RFC 8628 §3.2). */
  readonly intervalMs?: number | undefined;
}
