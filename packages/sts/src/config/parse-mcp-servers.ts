import { TokenError } from "@agent-oauth/core";
import type { McpServerRef, TargetRequest } from "@agent-oauth/core/gateway";
import { checkValue } from "@agent-oauth/node/internal";
import {
  type McpServerConfig,
  mcpServersSchema,
  type ParseMcpServersOptions,
} from "./mcp-servers-schema.ts";

/**
 * Reads MCP servers and resolves their audiences. They are a list, an object by name, or either as the member `mcpServers`, as
 * the configuration files of other clients have them.
 *
 * @example
 * ```ts
 * const servers = parseMcpServers([
 *   { name: "orders", url: "https://orders.example/mcp", stsAudience: "orders", tools: [{ name: "pay", stsAudience: "billing" }] },
 * ]);
 * const flow = mcpServers({ tokens: source, servers });
 * ```
 * @throws TokenError `ERR_TOKEN_CONFIG` naming everything that is wrong, and its place.
 */
export function parseMcpServers(
  input: unknown,
  options: ParseMcpServersOptions = {},
): readonly McpServerRef[] {
  const checked = checkValue(mcpServersSchema(options), input, { whole: "the list" });
  if ("data" in checked) return Object.freeze(checked.data.map(serverRef));
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use the MCP servers: ${checked.violations}`);
}

function serverRef({ name, url, stsAudience, tools = [] }: McpServerConfig): McpServerRef {
  const own = tools.flatMap(({ name, stsAudience }): [string, TargetRequest][] => {
    const request = target(stsAudience);
    return request === undefined ? [] : [[name, request]];
  });
  const request = target(stsAudience);
  return Object.freeze({
    name,
    url,
    ...(request && { request }),
    ...(own.length > 0 && { tools: Object.freeze(Object.fromEntries(own)) }),
  });
}

function target(audience: readonly string[] = []): TargetRequest | undefined {
  return audience.length === 0 ? undefined : Object.freeze({ audience });
}
