import { ASYMMETRIC_ALGORITHMS } from "../keys/jwt-verification.ts";

/** The prefix of the paths of a gateway's metadata documents. */
export const WELL_KNOWN_PREFIX = "/.well-known/oauth-protected-resource";

/** Returns the path of the document about a resource: the well-known part goes before its path. */
export function protectedResourcePath(resourcePath: string): string {
  return `${WELL_KNOWN_PREFIX}${resourcePath}`;
}

/**
 * Builds the document that tells a client where to get tokens for a resource.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 §2}
 */
export function protectedResourceMetadata(options: {
  readonly resource: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly requireDpop: boolean;
}): Readonly<Record<string, unknown>> {
  return {
    resource: options.resource,
    authorization_servers: [options.issuer],
    bearer_methods_supported: ["header"],
    tls_client_certificate_bound_access_tokens: true,
    dpop_signing_alg_values_supported: ASYMMETRIC_ALGORITHMS,
    dpop_bound_access_tokens_required: options.requireDpop,
    ...(options.scopes.length > 0 && { scopes_supported: options.scopes }),
  };
}
