import { bearerFetch } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { UserSessions } from "@agent-oauth/node";
import { loadMcpTools } from "@langchain/mcp-adapters";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createAgent } from "langchain";
import { perUser } from "./per-user.ts";
import { model } from "./scripted-models/langchain.ts";

/** LangChain with the tools of `@langchain/mcp-adapters`, by clients of our own making. */
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
  /** What the adapters need of a client. */
  const clientOf = (user: string): Pick<Client, "listTools" | "callTool"> => ({
    listTools: (...list) => sessions.use(user, (client) => client.listTools(...list)),
    callTool: (...call) => sessions.use(user, (client) => client.callTool(...call)),
  });
  const agentOf = perUser(async (user) =>
    createAgent({ model, tools: await loadMcpTools("registry", clientOf(user) as Client) }),
  );
  return {
    async ask(user) {
      const agent = await agentOf(user);
      const { messages } = await agent.invoke({
        messages: [{ role: "user", content: user }],
      });
      return messages.at(-1)?.text ?? "";
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  };
};
