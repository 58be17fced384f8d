import { CLIENT_AUTHENTICATION_METHODS, type GrantType } from "../clients/clients.ts";
import { ASYMMETRIC_ALGORITHMS } from "../keys/jwt-verification.ts";
import type { SigningAlgorithm } from "../keys/signing-keys.ts";
import { CLIENT_ENDPOINTS, type IssuerPaths, MTLS_PREFIX } from "../oauth/issuer-paths.ts";

/** Path of OpenID Connect's metadata below an issuer. */
export const OPEN_ID_METADATA_PATH = "/.well-known/openid-configuration";
/** Path of OAuth's metadata: it goes before an issuer's own path (RFC 8414 §3.1). */
export const OAUTH_METADATA_PATH = "/.well-known/oauth-authorization-server";

/** The facts that an issuer's metadata names. */
export interface IssuerDescription {
  readonly issuer: string;
  readonly paths: IssuerPaths;
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
  readonly signingAlgorithm: SigningAlgorithm;
}

/**
 * Builds the document of both well-known paths, OAuth's and OpenID Connect's.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 §2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-5 RFC 8705 §5}
 */
export function authorizationServerMetadata(
  description: IssuerDescription,
): Readonly<Record<string, unknown>> {
  const { issuer, paths, scopes } = description;
  return {
    issuer,
    // No user can sign in here, but many clients, also those of MCP, require this endpoint.
    authorization_endpoint: `${issuer}${paths.authorization}`,
    ...endpointUrls(issuer, paths),
    ...authenticationOf("token", CLIENT_AUTHENTICATION_METHODS),
    ...authenticationOf("revocation", CLIENT_AUTHENTICATION_METHODS),
    // A client that proves nothing must not introspect tokens: RFC 7662 §2.1.
    ...authenticationOf("introspection", PROVEN_METHODS),
    jwks_uri: `${issuer}${paths.jwks}`,
    // The RFC requires this member, although no user can sign in; IAS clients send "token".
    response_types_supported: ["token"],
    grant_types_supported: description.grantTypes,
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: endpointUrls(`${issuer}${MTLS_PREFIX}`, paths),
    dpop_signing_alg_values_supported: ASYMMETRIC_ALGORITHMS,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [description.signingAlgorithm],
    // An empty list is left out: RFC 8414 §3.2.
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  };
}

const PROVEN_METHODS = CLIENT_AUTHENTICATION_METHODS.filter((method) => method !== "none");

function endpointUrls(prefix: string, paths: IssuerPaths): Readonly<Record<string, string>> {
  return Object.fromEntries(
    CLIENT_ENDPOINTS.map((name) => [`${name}_endpoint`, `${prefix}${paths[name]}`]),
  );
}

function authenticationOf(endpoint: string, methods: readonly string[]) {
  return {
    [`${endpoint}_endpoint_auth_methods_supported`]: methods,
    [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: ASYMMETRIC_ALGORITHMS,
  };
}
