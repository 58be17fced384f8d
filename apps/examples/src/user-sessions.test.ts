import { bearerFetch } from "@agent-oauth/core";
import { UserSessions } from "@agent-oauth/node";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, it } from "vitest";
import type { OpenAgent } from "./framework-agent.ts";
import { playScenario } from "./framework-scenario.ts";

const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const sessions = new UserSessions({
    fetchOf: (user) =>
      bearerFetch(tokens, {
        resource: mcpUrl,
        request: () => ({ subjectToken: subjectToken(user) }),
      }),
    async open(fetch) {
      const client = new Client({ name: "test", version: "1.0.0" });
      await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { fetch }));
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

it("UserSessions bears revoked tokens and forgotten sessions, with one request for a tool call", async () => {
  const result = await playScenario(openAgent, { alternations: 20 });
  expect(result).toMatchObject({ violations: [], visibleFailures: 0, tokenRequests: 4 });
});
