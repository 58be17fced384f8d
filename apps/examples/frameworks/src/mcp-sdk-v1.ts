import { bearerFetch } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { UserSessions } from "@agent-oauth/node";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";

/** MCP TypeScript SDK, version 1. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const sessions = new UserSessions({
    fetchOf: (user) =>
      bearerFetch(tokens, {
        resource: mcpUrl,
        request: () => ({ subjectToken: subjectToken(user) }),
      }),
    async open(fetch) {
      const client = new Client({ name: "clerk", version: "1.0.0" });
      await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { fetch }));
      return client;
    },
    close: (client) => client.close(),
  });
  return {
    async ask(user) {
      const call = { name: "identify", arguments: { user } };
      const result = await sessions.use(user, (client) => client.callTool(call));
      const [block] = CallToolResultSchema.parse(result).content;
      return block?.type === "text" ? block.text : "";
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  };
};
