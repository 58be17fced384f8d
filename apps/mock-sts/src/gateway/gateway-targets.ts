import type { RouteOf } from "../http/route-of.ts";
import { type FoundAgent, findAgent } from "../servers/agents.ts";
import { findMcpServer, type McpServerOptions } from "../servers/mcp-servers.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import { WELL_KNOWN_PREFIX } from "./protected-resource-metadata.ts";

/** The target of a path of the gateway: an MCP server, an agent or its card, and its tenant. */
export type GatewayTarget =
  | { readonly tenant: Tenant; readonly server: McpServerOptions; readonly agent?: undefined }
  | ({ readonly tenant: Tenant; readonly server?: undefined } & FoundAgent);

/** Finds the target of a path. */
export function findTarget(tenants: Tenants, path: string): GatewayTarget | undefined {
  const { tenant, rest } = splitTenant(tenants, path);
  const server = findMcpServer(tenant.mcpServers, rest);
  if (server !== undefined) return { tenant, server };
  const found = findAgent(tenant.agents, rest);
  return found === undefined ? undefined : { tenant, ...found };
}

/**
 * Finds the tenant whose tokens the resource of a path takes: the provider's for the gateway
 * itself, `undefined` for an unknown path and for a server with an audience of its own.
 */
function tenantOfResource(tenants: Tenants, path: string): Tenant | undefined {
  if (path === "" || path === "/") return tenants.provider;
  const target = findTarget(tenants, path);
  return target?.server?.audience === undefined ? target?.tenant : undefined;
}

/**
 * Returns a function that tells whether the metadata of a resource names a tenant as the place to
 * get tokens: whoever follows the metadata asks that tenant for exactly this resource.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3.3 RFC 9728 §3.3}
 */
export function createAdvertisedResources(
  tenants: Tenants,
  origin: string,
): (tenant: Tenant, resource: string) => boolean {
  return (tenant, resource) => {
    if (!resource.startsWith(origin)) return false;
    return tenantOfResource(tenants, resource.slice(origin.length)) === tenant;
  };
}

/** Creates the function that names the resource of a path of the gateway. */
export function gatewayRoute(tenants: Tenants): RouteOf {
  return (path) => {
    if (path.startsWith(WELL_KNOWN_PREFIX)) return { route: "resource-metadata" };
    const target = findTarget(tenants, path);
    if (target === undefined) return { route: "unknown" };
    const tenant = target.tenant.subdomain;
    if (target.server !== undefined) return { route: "mcp", mcpServer: target.server.name, tenant };
    const route = target.part === "card" ? "agent-card" : "a2a";
    return { route, agent: target.agent.name, tenant };
  };
}

/** The paths of a subscriber begin with its subdomain; all others are the provider's. */
function splitTenant({ all, provider }: Tenants, path: string): { tenant: Tenant; rest: string } {
  const tenant =
    all.find((it) => !it.isProvider && path.startsWith(`${it.gatewayPath}/`)) ?? provider;
  return { tenant, rest: path.slice(tenant.gatewayPath.length) };
}
