import type { IntegrationDependency } from "./integration-dependency.ts";

const MCP_PATH = "/v1/mcp";

/**
 * Builds the MCP endpoint of an integration dependency: `{gateway}/v1/mcp/{ordId}/{globalTenantId}`, where `/v1/mcp` is
 * not repeated if the gateway URL's path ends with it. Both ids become one path segment each: everything but colons and
 * what RFC 3986 calls unreserved is percent-encoded.
 *
 * @param gatewayUrl without query, fragment and trailing slash
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986#section-3.3 RFC 3986 §3.3}
 */
export function mcpServerUrl(
  gatewayUrl: string,
  { ordId, globalTenantId }: IntegrationDependency,
): string {
  const isComplete = new URL(gatewayUrl).pathname.endsWith(MCP_PATH);
  const base = isComplete ? gatewayUrl : gatewayUrl + MCP_PATH;
  return `${base}/${pathSegment(ordId)}/${pathSegment(globalTenantId)}`;
}

function pathSegment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}
