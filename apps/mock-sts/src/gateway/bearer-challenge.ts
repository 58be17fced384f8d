import { ASYMMETRIC_ALGORITHMS } from "../keys/jwt-verification.ts";
import { safeDescription } from "../oauth/oauth-error.ts";

/** A refusal of the gateway. */
export interface Refusal {
  readonly status: 400 | 401 | 403;
  readonly scheme: "Bearer" | "DPoP";
  /** Absent if the request had no token at all. */
  readonly error?:
    | "invalid_request"
    | "invalid_token"
    | "insufficient_scope"
    | "invalid_dpop_proof"
    | "use_dpop_nonce";
  /** Without an `error`, only the record has it: RFC 6750 §3.1. */
  readonly description?: string;
  /** Scope that a token needs here. */
  readonly scope?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Builds the response to a refused request, with its challenge.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 §7.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-5.1 RFC 9728 §5.1}
 */
export function challengeResponse(refusal: Refusal, resourceMetadataUrl: string): Response {
  const { status, scheme, error, description, scope, headers } = refusal;
  const attributes = [
    ["error", error],
    ["error_description", error && description && safeDescription(description)],
    ["scope", scope],
    ["algs", scheme === "DPoP" ? ASYMMETRIC_ALGORITHMS.join(" ") : undefined],
    ["resource_metadata", resourceMetadataUrl],
  ].filter((attribute) => attribute[1] !== undefined);
  const challenge = attributes.map(([name, value]) => `${name}="${value}"`).join(", ");
  const body = error === undefined ? {} : { error, error_description: description };
  return Response.json(body, {
    status,
    headers: {
      "WWW-Authenticate": `${scheme} ${challenge}`,
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}
