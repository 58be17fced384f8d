import { oauthMetadataPath } from "./authorization-server-metadata.ts";
import { type McpServerInfo, mcpServerPath } from "./mcp-servers.ts";
import { stsPath, stsPaths } from "./sts-paths.ts";
import type { Tenant } from "./tenant.ts";

/** An MCP server that takes tokens of the token exchange service only, each for this server. */
export interface StsMcpServerInfo extends McpServerInfo {
  /** Its name for the parameter `audience`; for `resource` it is its `url`. */
  readonly audience: string;
  /** Scope a token must have, space-delimited. */
  readonly requiredScope?: string;
}

/** The token exchange service as clients address it. */
export interface StsInfo {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** URL of its metadata document. */
  readonly wellKnownUri: string;
  /** The MCP servers with an audience of their own. */
  readonly mcpServers: readonly StsMcpServerInfo[];
}

/** Describes the service of a mock. */
export function describeSts(url: string, provider: Tenant): StsInfo {
  const issuer = `${url}${stsPath}`;
  return {
    issuer,
    tokenEndpoint: `${issuer}${stsPaths.token}`,
    jwksUri: `${issuer}${stsPaths.jwks}`,
    wellKnownUri: `${url}${oauthMetadataPath}${stsPath}`,
    mcpServers: describeStsServers(provider),
  };
}

/** Lists the MCP servers of a tenant that have an audience of their own. */
export function describeStsServers({ mcpServers, gatewayUrl }: Tenant): StsMcpServerInfo[] {
  return mcpServers.flatMap((server) => {
    const { name, ordId, globalTenantId, audience, requiredScope } = server;
    if (audience === undefined) return [];
    return {
      ...{ name, ordId, globalTenantId, audience, url: `${gatewayUrl}${mcpServerPath(server)}` },
      ...(requiredScope !== undefined && { requiredScope }),
    };
  });
}
