import { safeDescription } from "./oauth-error.ts";

/** A refusal of the gateway. */
export interface Refusal {
  readonly status: 400 | 401 | 403;
  /** Absent where the request brought no token at all. */
  readonly error?: "invalid_request" | "invalid_token" | "insufficient_scope";
  readonly description?: string;
  /** Scope a token needs here. */
  readonly scope?: string;
}

/**
 * Builds the answer to a request that may not pass, with its challenge.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750, section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-5.1 RFC 9728, section 5.1}
 */
export function challengeResponse(refusal: Refusal, resourceMetadataUrl: string): Response {
  const { status, error, description, scope } = refusal;
  const attributes = [
    ["error", error],
    ["error_description", description && safeDescription(description)],
    ["scope", scope],
    ["resource_metadata", resourceMetadataUrl],
  ].filter((attribute) => attribute[1] !== undefined);
  const challenge = attributes.map(([name, value]) => `${name}="${value}"`).join(", ");
  const body = error === undefined ? {} : { error, error_description: description };
  return Response.json(body, {
    status,
    headers: { "WWW-Authenticate": `Bearer ${challenge}`, "Cache-Control": "no-store" },
  });
}
