import type { X509Certificate } from "node:crypto";
import { authorizationServerMetadata } from "./authorization-server-metadata.ts";
import { createClientAssertions } from "./client-assertion.ts";
import { clientCredentialsGrant } from "./client-credentials-grant.ts";
import type { Clients } from "./clients.ts";
import type { Clock } from "./clock.ts";
import { createJwtBearerGrant } from "./jwt-bearer-grant.ts";
import type { ResolvedOptions } from "./options.ts";
import { knownScopes } from "./scopes.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { Tenant } from "./tenant.ts";
import { createTokenEndpoint, type TokenAnswer, type TokenRequest } from "./token-endpoint.ts";

/** Path of the authorization endpoint below an issuer. */
export const authorizationPath = "/oauth2/authorize";
/** Path of the token endpoint below an issuer, as IAS has it. */
export const tokenPath = "/oauth2/token";
/** The token endpoint's second name, for clients that look for an mTLS alias. */
export const mtlsTokenPath = "/mtls/oauth2/token";
/** Path of the JWK Set below an issuer. */
export const jwksPath = "/oauth2/certs";

/** Grants of an identity tenant. */
const identityGrants = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
] as const;

/** An IAS tenant: an issuer with its own clients, users and tokens. */
export interface IdentityTenant {
  /** Where its paths begin. */
  readonly path: string;
  readonly tokenEndpoint: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  requestToken(request: TokenRequest): Promise<TokenAnswer>;
}

/** What identity tenants share. */
export interface IdentityTenantContext {
  readonly options: ResolvedOptions;
  /** The clients registered with this one. */
  readonly clients: Clients;
  readonly authority: X509Certificate;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly lifetime: { readonly tokenLifetimeMs: number };
}

/** Creates the identity tenant of a tenant. */
export function createIdentityTenant(
  { tokens, issuer, iasPath, tenantId }: Tenant,
  { options, clients, authority, keys, clock, lifetime }: IdentityTenantContext,
): IdentityTenant {
  const tokenEndpoint = `${issuer}${tokenPath}`;
  const { clockSkewMs } = options;
  const audience = [issuer, tokenEndpoint];
  return {
    ...{ path: iasPath, tokenEndpoint },
    metadata: authorizationServerMetadata(
      {
        ...{ issuer, tokenEndpoint, jwksUri: `${issuer}${jwksPath}` },
        mtlsTokenEndpoint: `${issuer}${mtlsTokenPath}`,
        authorizationEndpoint: `${issuer}${authorizationPath}`,
      },
      { grantTypes: identityGrants, scopes: knownScopes(clients) },
    ),
    requestToken: createTokenEndpoint({
      ...{ issuer, tenantId, clients, authority, tokens, keys, clock },
      gatewayClientId: options.gatewayClientId,
      clientAssertions: createClientAssertions({ audience, clock, clockSkewMs }),
      tokenLifetimeMs: () => lifetime.tokenLifetimeMs,
      grants: {
        client_credentials: clientCredentialsGrant,
        "urn:ietf:params:oauth:grant-type:jwt-bearer": createJwtBearerGrant({
          ...options,
          ...{ issuer, tokenEndpoint, keys, clock },
        }),
      },
    }),
  };
}
