import { onTestFinished } from "vitest";
import {
  type AgentGatewayClientOptions,
  createAgentGatewayClient,
  type McpServerRef,
  type McpTool,
  mcpServers,
} from "./index.ts";
import {
  startMcpServer,
  type TestServer,
  type TestServerBehaviour,
} from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

/** Starts an MCP server that ends with the test. */
export async function serverOf(behaviour: Partial<TestServerBehaviour> = {}): Promise<TestServer> {
  const server = await startMcpServer(behaviour);
  onTestFinished(() => server.close());
  return server;
}

/** A client of test servers, with counting tokens, that is closed with the test. */
export function clientOf<const Servers extends readonly TestServer[]>(
  servers: Servers,
  options: Partial<AgentGatewayClientOptions> = {},
) {
  const tokens = scriptedTokens();
  const systemTokens = scriptedTokens();
  const refs = servers.map(
    ({ url }, index): McpServerRef => ({ name: `server-${index}`, url }),
  ) as {
    readonly [Index in keyof Servers]: McpServerRef;
  };
  const sources = { tokens: tokens.source, systemTokens: systemTokens.source };
  const client = createAgentGatewayClient({
    flow: mcpServers({ ...sources, servers: refs }),
    allowInsecureHosts: servers.map(({ host }) => host),
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, refs, tokens, systemTokens };
}

/** The first tool of a list that is not empty. */
export function toolOf([tool]: readonly McpTool[]): McpTool {
  if (tool === undefined) throw new Error("no tool was listed");
  return tool;
}
