/** Headers of every response of the token endpoint. */
const NO_STORE = { "Cache-Control": "no-store", Pragma: "no-cache" } as const;

/**
 * A refusal of the token endpoint.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly error: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    error: string,
    description: string,
    { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(description);
    this.error = error;
    this.status = status;
    this.headers = headers;
  }

  /** Builds the HTTP response. */
  toResponse(): Response {
    const body = { error: this.error, error_description: safeDescription(this.message) };
    return tokenEndpointResponse(body, this.status, this.headers);
  }
}

/** Refuses a request that is malformed, or that lacks a parameter. */
export function invalidRequest(description: string): OAuthError {
  return new OAuthError("invalid_request", description);
}

/** Refuses an assertion or a refresh token. */
export function invalidGrant(description: string): OAuthError {
  return new OAuthError("invalid_grant", description);
}

/**
 * Refuses an audience or a resource.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 RFC 8693 §2.2.2}
 */
export function invalidTarget(description: string): OAuthError {
  return new OAuthError("invalid_target", description);
}

/** Refuses a scope. */
export function invalidScope(description: string): OAuthError {
  return new OAuthError("invalid_scope", description);
}

/** Builds a JSON response that no cache may keep. */
export function tokenEndpointResponse(
  body: Readonly<Record<string, unknown>>,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers: { ...NO_STORE, ...headers } });
}

/**
 * Replaces characters that an `error_description` must not contain: quotes, backslashes, controls,
 * non-ASCII. It may quote the client, so it is cut at 200 characters.
 */
export function safeDescription(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/gu, "?");
}
