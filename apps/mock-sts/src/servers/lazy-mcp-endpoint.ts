import type { McpEndpoint } from "./mcp-endpoint.ts";
import type { McpServerOptions } from "./mcp-servers.ts";

/**
 * Creates the endpoint of a server. It loads the MCP SDK at its first request: a mock that only
 * issues tokens starts without it.
 */
export function createLazyMcpEndpoint(options: McpServerOptions): McpEndpoint {
  let loading: Promise<McpEndpoint> | undefined;
  const load = async () => (await import("./mcp-endpoint.ts")).createMcpEndpoint(options);
  return {
    async handle(request, caller) {
      loading ??= load();
      return (await loading).handle(request, caller);
    },
    async forgetSessions() {
      await (await loading)?.forgetSessions();
    },
  };
}
