const REVISION = "2026-07-28";

/** The tool that is called. */
export const TOOL = "weather";

/** The bytes of a user's token, as those of a real issuer. */
export const TOKEN_BYTES = 1_200;

const SERVER = {
  supportedVersions: [REVISION],
  capabilities: { tools: {} },
  serverInfo: { name: "minimal", version: "1" },
};

const RESULT = {
  content: [{ type: "text", text: "Walldorf: 21 degrees, light wind from the west" }],
  isError: false,
};

/** Answers one JSON-RPC request as the smallest MCP server of revision 2026-07-28 does. */
export function mcpReply(body: string): string {
  const { id, method }: { id?: unknown; method?: unknown } = JSON.parse(body);
  const found = method === "server/discover" ? SERVER : RESULT;
  const result = { resultType: "complete", ttlMs: 3_600_000, cacheScope: "private", ...found };
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

/** The bytes that an MCP client sends to call the tool. */
export function toolCall(id: number): RequestInit & { readonly body: string } {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": { name: "agent-oauth", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { name: TOOL, arguments: { city: "Walldorf" }, _meta };
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${"t".repeat(TOKEN_BYTES)}`,
      "mcp-protocol-version": REVISION,
      "mcp-method": "tools/call",
      "mcp-name": TOOL,
    },
    body: JSON.stringify({ method: "tools/call", params, jsonrpc: "2.0", id }),
  };
}
