import type { IntegrationDependency } from "./integration-dependency.ts";

const MCP_PATH = "/v1/mcp";
const A2A_PATH = "/v1/a2a";

/**
 * Builds the MCP endpoint of an integration dependency: `{gateway}/v1/mcp/{ordId}/{globalTenantId}`, where `/v1/mcp` is
 * not repeated if the gateway URL's path ends with it. Each id becomes one path segment: all characters are percent-encoded,
 * except colons and those that RFC 3986 calls unreserved.
 *
 * @param gatewayUrl without query, fragment and trailing slash.
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986#section-3.3 RFC 3986 §3.3}
 */
export function mcpServerUrl(gatewayUrl: string, dependency: IntegrationDependency): string {
  return resourceUrl(baseUrl(gatewayUrl) + MCP_PATH, dependency);
}

/**
 * Builds the URL at which an integration dependency may be an agent, `{gateway}/v1/a2a/{ordId}/{globalTenantId}`, as
 * {@link mcpServerUrl} does.
 */
export function agentUrl(gatewayUrl: string, dependency: IntegrationDependency): string {
  return resourceUrl(baseUrl(gatewayUrl) + A2A_PATH, dependency);
}

function baseUrl(gatewayUrl: string): string {
  const endsWithPath = new URL(gatewayUrl).pathname.endsWith(MCP_PATH);
  return endsWithPath ? gatewayUrl.slice(0, -MCP_PATH.length) : gatewayUrl;
}

function resourceUrl(url: string, { ordId, globalTenantId }: IntegrationDependency): string {
  return `${url}/${pathSegment(ordId)}/${pathSegment(globalTenantId)}`;
}

function pathSegment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}
