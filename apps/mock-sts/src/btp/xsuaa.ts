import type { X509Certificate } from "node:crypto";
import { requiredParameter } from "../oauth/form.ts";
import { OAuthError, tokenEndpointResponse } from "../oauth/oauth-error.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import type { Clock } from "../time/clock.ts";
import type { IssuedToken } from "../tokens/access-tokens.ts";
import { createOAuthEndpoint, type EndpointResult } from "../tokens/oauth-endpoint.ts";
import { expiresIn } from "../tokens/token-lifetime.ts";
import {
  authenticateDestinationClient,
  type DestinationClient,
  type ServiceTokenRequest,
} from "./destination-client.ts";

/** A request to XSUAA, and the zone it addresses: a tenant, or none that exists. */
export interface ZonedTokenRequest extends ServiceTokenRequest {
  readonly zone: Tenant | undefined;
}

/** Creates the token endpoint for service tokens of the Destination Service. */
export function createXsuaa(
  options: XsuaaOptions,
): (request: ZonedTokenRequest) => Promise<EndpointResult> {
  return createOAuthEndpoint(async (request) => {
    const issued = await issueServiceToken(request, options);
    const { clientId } = options.client;
    return { issued, clientId, response: successResponse(issued) };
  });
}

/** The parts of a mock that XSUAA needs. */
export interface XsuaaOptions {
  readonly client: DestinationClient;
  readonly authority: X509Certificate;
  readonly clock: Clock;
  /** Lifetime of the tokens issued now. */
  readonly lifetime: { readonly serviceTokenLifetimeMs: number };
}

/** Finds the zone of a request without a subdomain: the one `x-zid` names, else the provider's. */
export function zoneOf(zoneId: string | undefined, tenants: Tenants): Tenant | undefined {
  return zoneId === undefined ? tenants.provider : tenants.find("tenantId", zoneId);
}

async function issueServiceToken(
  request: ZonedTokenRequest,
  { client, authority, clock, lifetime }: XsuaaOptions,
): Promise<IssuedToken> {
  const { zone } = request;
  if (zone === undefined) {
    const description = "the subdomain does not map to a valid identity zone";
    throw new OAuthError("not_found", description, { status: 404 });
  }
  const grantType = requiredParameter(request.form, "grant_type", "grant_type");
  if (grantType !== "client_credentials") {
    throw new OAuthError("unsupported_grant_type", "the grant type is unknown");
  }
  authenticateDestinationClient(request, { client, authority, now: clock.now() });
  if (!zone.settings.subscribed) {
    const description = "the application is not subscribed in this identity zone";
    throw new OAuthError("unauthorized", description, { status: 401 });
  }
  return zone.serviceTokens.issue({
    subject: client.clientId,
    clientId: client.clientId,
    audience: [client.clientId, "uaa"],
    scope: [],
    expiresAt: clock.now() + lifetime.serviceTokenLifetimeMs,
    format: "jwt",
    confirmation: undefined,
    claims: zoneClaims(zone, client),
  });
}

function zoneClaims({ subdomain, tenantId }: Tenant, { clientId }: DestinationClient) {
  return {
    cid: clientId,
    grant_type: "client_credentials",
    scope: ["uaa.resource"],
    authorities: ["uaa.resource"],
    zid: tenantId,
    ext_attr: { enhancer: "XSUAA", subaccountid: tenantId, zdn: subdomain },
  };
}

function successResponse({ token, claims }: IssuedToken): Response {
  return tokenEndpointResponse({
    access_token: token,
    token_type: "bearer",
    expires_in: expiresIn(claims),
    scope: "uaa.resource",
    jti: claims.jti,
  });
}

/** Builds the discovery document of a zone. */
export function xsuaaMetadata(
  { serviceTokenEndpoint, serviceTokens }: Tenant,
  jwksUri: string,
): Readonly<Record<string, unknown>> {
  return {
    issuer: serviceTokenEndpoint,
    token_endpoint: serviceTokenEndpoint,
    jwks_uri: jwksUri,
    response_types_supported: ["token"],
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: [
      "client_secret_basic",
      "client_secret_post",
      "tls_client_auth",
    ],
    mtls_endpoint_aliases: { token_endpoint: serviceTokenEndpoint },
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [serviceTokens.keys.algorithm],
  };
}
