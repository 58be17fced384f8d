import { IDENTITY_PATHS } from "../oauth/issuer-paths.ts";
import { type AgentInfo, agentPath } from "../servers/agents.ts";
import { gatewayServers, type McpServerInfo, mcpServerPath } from "../servers/mcp-servers.ts";
import type { Tenant } from "./tenant.ts";

/** A tenant as callers see it. */
export interface TenantInfo {
  readonly subdomain: string;
  /** Claims `zid` and `app_tid` of its tokens. */
  readonly tenantId: string;
  readonly isProvider: boolean;
  /** Issuer of its identity tenant. */
  readonly issuer: string;
  /** Token endpoint of its identity tenant. */
  readonly tokenEndpoint: string;
  /** XSUAA's token endpoint for it. */
  readonly serviceTokenEndpoint: string;
  readonly gatewayUrl: string;
  readonly mcpServers: readonly McpServerInfo[];
  readonly agents: readonly AgentInfo[];
}

/** Describes a tenant. */
export function describeTenant(tenant: Tenant): TenantInfo {
  const { subdomain, tenantId, isProvider, issuer, serviceTokenEndpoint, gatewayUrl } = tenant;
  return {
    subdomain,
    tenantId,
    isProvider,
    issuer,
    serviceTokenEndpoint,
    gatewayUrl,
    tokenEndpoint: `${issuer}${IDENTITY_PATHS.token}`,
    mcpServers: gatewayServers(tenant.mcpServers).map((server) => ({
      name: server.name,
      ordId: server.ordId,
      globalTenantId: server.globalTenantId,
      url: `${gatewayUrl}${mcpServerPath(server)}`,
      ...(server.requireTokenFor !== undefined && { requireTokenFor: server.requireTokenFor }),
    })),
    agents: tenant.agents.map(({ name, ordId, globalTenantId }) => ({
      name,
      ordId,
      globalTenantId,
      url: `${gatewayUrl}${agentPath({ name, ordId, globalTenantId })}`,
    })),
  };
}
