import { clientAuthenticationMethods, type GrantType } from "./clients.ts";
import { asymmetricAlgorithms } from "./jwt-verification.ts";
import { signingAlgorithm } from "./signing-keys.ts";

/** Path of OpenID Connect's metadata below an issuer. */
export const openIdMetadataPath = "/.well-known/openid-configuration";
/** Path of OAuth's metadata: it goes before an issuer's own path (RFC 8414, section 3.1). */
export const oauthMetadataPath = "/.well-known/oauth-authorization-server";

/** Where the authorization server's endpoints are. */
export interface AuthorizationServerEndpoints {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  /** The same endpoint under the name for clients that present a certificate. */
  readonly mtlsTokenEndpoint: string;
  readonly jwksUri: string;
  /** Nobody can sign in there, but clients want every server to have one, MCP's among them. */
  readonly authorizationEndpoint: string;
}

/**
 * Builds the document of both well-known paths, OAuth's and OpenID Connect's.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414, section 2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-5 RFC 8705, section 5}
 */
export function authorizationServerMetadata(
  endpoints: AuthorizationServerEndpoints,
  { grantTypes, scopes }: { grantTypes: readonly GrantType[]; scopes: readonly string[] },
): Readonly<Record<string, unknown>> {
  return {
    issuer: endpoints.issuer,
    authorization_endpoint: endpoints.authorizationEndpoint,
    token_endpoint: endpoints.tokenEndpoint,
    jwks_uri: endpoints.jwksUri,
    // Required by the RFC although nobody can sign in; "token" is what IAS clients send.
    response_types_supported: ["token"],
    grant_types_supported: grantTypes,
    token_endpoint_auth_methods_supported: clientAuthenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: asymmetricAlgorithms,
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: { token_endpoint: endpoints.mtlsTokenEndpoint },
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [signingAlgorithm],
    // A list without members is left out: RFC 8414, section 3.2.
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  };
}
