import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { fromTokenProvider } from "@agent-oauth/core";
import {
  type CallToolResult,
  Server,
  type Tool,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";

/** A call of a tool as its server saw it. */
export interface SeenCall {
  readonly server: string;
  readonly tool: string;
  readonly args: unknown;
  readonly authorization: string | null;
}

/** What the tools of a test server are, by the name of the server, and what they return. */
export interface TestServers {
  readonly tools: Readonly<Record<string, readonly Tool[]>>;
  readonly call?: (seen: SeenCall, signal: AbortSignal) => CallToolResult | Promise<CallToolResult>;
}

/** A client of ours with real MCP servers in this process. Each user's token is the user's subject token with "at-" before it. */
export function clientWith({ tools, call = () => textResult("done") }: TestServers): {
  readonly client: AgentGatewayClient;
  readonly calls: readonly SeenCall[];
} {
  const calls: SeenCall[] = [];
  const answer = async (request: Request): Promise<Response> => {
    const name = new URL(request.url).hostname.split(".")[0] ?? "";
    const server = new Server({ name, version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/list", () => ({ tools: [...(tools[name] ?? [])] }));
    server.setRequestHandler("tools/call", ({ params }, { mcpReq }) => {
      const { name: tool, arguments: args } = params;
      const authorization = request.headers.get("authorization");
      calls.push({ server: name, tool, args, authorization });
      return call({ server: name, tool, args, authorization }, mcpReq.signal);
    });
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    return transport.handleRequest(request);
  };
  const provided = fromTokenProvider(({ subjectToken }) => `at-${subjectToken}`);
  const system = fromTokenProvider(() => "at-system");
  const client = createAgentGatewayClient({
    flow: mcpServers({
      tokens: provided,
      systemTokens: system,
      servers: Object.keys(tools).map((name) => ({ name, url: `https://${name}.example/mcp` })),
      fetch: (input, init) => answer(new Request(input, init)),
    }),
  });
  onTestFinished(() => client.close());
  return { client, calls };
}

/** A tool result that is one text. */
export function textResult(text: string, more: Partial<CallToolResult> = {}): CallToolResult {
  return { content: [{ type: "text", text }], ...more };
}
