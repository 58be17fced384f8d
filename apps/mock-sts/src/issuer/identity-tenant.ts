import type { X509Certificate } from "node:crypto";
import { createClientAssertions } from "../clients/client-assertion.ts";
import type { Clients } from "../clients/clients.ts";
import { knownScopes } from "../clients/scopes.ts";
import { clientCredentialsGrant } from "../grants/client-credentials-grant.ts";
import { createJwtBearerGrant } from "../grants/jwt-bearer-grant.ts";
import { IDENTITY_PATHS } from "../oauth/issuer-paths.ts";
import type { ResolvedOptions } from "../options/options.ts";
import type { Tenant } from "../tenants/tenant.ts";
import type { Clock } from "../time/clock.ts";
import type { DpopVerifier } from "../tokens/dpop.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { authorizationServerMetadata } from "./authorization-server-metadata.ts";
import { createIntrospection } from "./introspection-endpoint.ts";
import { createRevocation } from "./revocation-endpoint.ts";
import { createTokenEndpoint, type TokenEndpointOptions } from "./token-endpoint.ts";

/** Grants of an identity tenant. */
const IDENTITY_GRANTS = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
] as const;

/** An IAS tenant: an issuer with its own clients, users and tokens. */
export interface IdentityTenant extends AuthorizationServer {
  readonly tokenEndpoint: string;
}

/** The parts of a mock that all identity tenants share. */
export interface IdentityTenantContext {
  readonly options: ResolvedOptions;
  /** The clients of this tenant. */
  readonly clients: Clients;
  readonly authority: X509Certificate;
  readonly clock: Clock;
  readonly dpop: DpopVerifier;
  readonly lifetime: { readonly tokenLifetimeMs: number };
  /** Tells whether the metadata of a resource of the gateway names a tenant's issuer. */
  readonly isAdvertised: (tenant: Tenant, resource: string) => boolean;
}

/** Creates the identity tenant of a tenant. */
export function createIdentityTenant(
  tenant: Tenant,
  context: IdentityTenantContext,
): IdentityTenant {
  const { issuer, tokens, iasPath: path, subdomain } = tenant;
  const { clients, authority, clock, options } = context;
  const tokenEndpoint = `${issuer}${IDENTITY_PATHS.token}`;
  const audience = options.strictAudience ? [issuer] : [issuer, tokenEndpoint];
  const { clockSkewMs } = options;
  const clientAssertions = createClientAssertions({ audience, clock, clockSkewMs });
  const authentication = { clients, authority, clock, clientAssertions };
  return {
    tokens,
    path,
    tokenEndpoint,
    paths: IDENTITY_PATHS,
    label: { token: "token", tenant: subdomain },
    endpoints: {
      token: createTokenEndpoint({ ...authentication, ...tokenParts(tenant, context) }),
      introspection: createIntrospection({ ...authentication, tokens }),
      revocation: createRevocation({ ...authentication, tokens }),
    },
    metadata: () =>
      authorizationServerMetadata({
        issuer,
        paths: IDENTITY_PATHS,
        grantTypes: IDENTITY_GRANTS,
        scopes: knownScopes(clients),
        signingAlgorithm: tokens.keys.algorithm,
      }),
  };
}

function tokenParts(
  tenant: Tenant,
  { options, clock, dpop, lifetime, isAdvertised }: IdentityTenantContext,
): Omit<TokenEndpointOptions, "clients" | "authority" | "clock" | "clientAssertions"> {
  const { issuer, tokens, tenantId } = tenant;
  const tokenEndpoint = `${issuer}${IDENTITY_PATHS.token}`;
  return {
    tenantId,
    tokens,
    dpop,
    gatewayClientId: options.gatewayClientId,
    isAdvertised: (resource) => isAdvertised(tenant, resource),
    tokenLifetimeMs: () => lifetime.tokenLifetimeMs,
    grants: {
      client_credentials: clientCredentialsGrant,
      "urn:ietf:params:oauth:grant-type:jwt-bearer": createJwtBearerGrant({
        ...options,
        issuer,
        tokenEndpoint,
        keys: tokens.keys,
        clock,
      }),
    },
  };
}
