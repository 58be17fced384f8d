import { bearerFetch } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { UserSessions } from "@agent-oauth/node";
import { Agent, type MCPServer, MCPServerStreamableHttp, Runner } from "@openai/agents";
import { model } from "./scripted-models/openai.ts";

/** OpenAI Agents SDK. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const sessions = new UserSessions({
    fetchOf: (user) =>
      bearerFetch(tokens, {
        resource: mcpUrl,
        request: () => ({ subjectToken: subjectToken(user) }),
      }),
    async open(fetch) {
      const timeouts = { clientSessionTimeoutSeconds: 60 }; // Default 5.
      const server = new MCPServerStreamableHttp({ url: mcpUrl, fetch, ...timeouts });
      await server.connect();
      return server;
    },
    close: (server) => server.close(),
  });
  /** A user's server. Its name is the user's, too: the SDK keeps lists of tools by the server's name. */
  const serverOf = (user: string): MCPServer => ({
    name: `registry of ${user}`,
    cacheToolsList: true,
    listTools: () => sessions.use(user, (server) => server.listTools()),
    callTool: (...call) => sessions.use(user, (server) => server.callTool(...call)),
    connect: async () => {},
    close: async () => {},
    invalidateToolsCache: async () => {},
  });
  const runner = new Runner({ tracingDisabled: true });
  return {
    async ask(user) {
      const agent = new Agent({ name: "clerk", model, mcpServers: [serverOf(user)] });
      const { finalOutput } = await runner.run(agent, user);
      return finalOutput ?? "";
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  };
};
