import { OAUTH_METADATA_PATH } from "../issuer/authorization-server-metadata.ts";
import { STS_PATHS } from "../oauth/issuer-paths.ts";
import { type ResolvedIssuer, STS_NAME } from "../options/issuer-options.ts";
import { type McpServerInfo, mcpServerPath } from "../servers/mcp-servers.ts";
import type { Tenant } from "../tenants/tenant.ts";

/** An MCP server that accepts only tokens of one issuer for this server. */
export interface StsMcpServerInfo extends McpServerInfo {
  /** Its name for the parameter `audience`; for `resource` it is its `url`. */
  readonly audience: string;
  /** Scope a token must have, space-delimited. */
  readonly requiredScope?: string;
}

/** The token exchange service, or a further issuer, as clients address it. */
export interface StsInfo {
  readonly name: string;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly introspectionEndpoint: string;
  readonly revocationEndpoint: string;
  readonly jwksUri: string;
  /** URL of its metadata document. */
  readonly wellKnownUri: string;
  /** Whether it accepts requests that name no client. */
  readonly publicClient: boolean;
  /** The MCP servers that accept its tokens. */
  readonly mcpServers: readonly StsMcpServerInfo[];
}

/** Describes an issuer below the mock's URL. */
export function describeSts(
  { name, publicClient }: ResolvedIssuer,
  url: string,
  provider: Tenant,
): StsInfo {
  const issuer = `${url}/${name}`;
  return {
    name,
    issuer,
    tokenEndpoint: `${issuer}${STS_PATHS.token}`,
    introspectionEndpoint: `${issuer}${STS_PATHS.introspection}`,
    revocationEndpoint: `${issuer}${STS_PATHS.revocation}`,
    jwksUri: `${issuer}${STS_PATHS.jwks}`,
    wellKnownUri: `${url}${OAUTH_METADATA_PATH}/${name}`,
    publicClient: publicClient !== undefined,
    mcpServers: describeStsServers(provider, name),
  };
}

/** Lists the MCP servers of a tenant that accept the tokens of an issuer. */
export function describeStsServers(
  { mcpServers, gatewayUrl }: Tenant,
  issuerName: string,
): StsMcpServerInfo[] {
  return mcpServers.flatMap((server) => {
    const { name, ordId, globalTenantId, audience, requiredScope, issuer = STS_NAME } = server;
    if (audience === undefined || issuer !== issuerName) return [];
    return {
      name,
      ordId,
      globalTenantId,
      audience,
      url: `${gatewayUrl}${mcpServerPath(server)}`,
      ...(requiredScope !== undefined && { requiredScope }),
      ...(server.requireTokenFor !== undefined && { requireTokenFor: server.requireTokenFor }),
    };
  });
}
