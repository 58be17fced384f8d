import { toMcpAuthProvider } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { UserSessions } from "@agent-oauth/node";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** MCP TypeScript SDK, version 2. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const sessions = new UserSessions({
    fetchOf: () => fetch,
    async open(fetch, user) {
      const authProvider = toMcpAuthProvider(tokens, () => ({ subjectToken: subjectToken(user) }));
      const client = new Client({ name: "clerk", version: "1.0.0" });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider, fetch }),
      );
      return client;
    },
    close: (client) => client.close(),
  });
  return {
    async ask(user) {
      const call = { name: "identify", arguments: { user } };
      const { content } = await sessions.use(user, (client) => client.callTool(call));
      const [block] = content;
      return block?.type === "text" ? block.text : "";
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  };
};
