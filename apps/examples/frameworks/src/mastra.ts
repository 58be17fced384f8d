import { bearerFetch } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { Agent } from "@mastra/core/agent";
import { MCPClient } from "@mastra/mcp";
import { perUser } from "./per-user.ts";
import { model } from "./scripted-models/mastra.ts";

/** Mastra. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const clients: MCPClient[] = [];
  const agentOf = perUser(async (user) => {
    const bearer = bearerFetch(tokens, {
      resource: mcpUrl,
      request: () => ({ subjectToken: subjectToken(user) }),
    });
    const client = new MCPClient({
      id: user, // Clients with the same servers must differ.
      servers: {
        registry: {
          url: new URL(mcpUrl),
          connectTimeout: 60_000, // Default 3 seconds.
          // Mastra opens a lost session again if the error says "HTTP 404". The SDK's does not, but it quotes the body.
          async fetch(url, init) {
            const response = await bearer(url, init);
            return response.status === 404 ? new Response("HTTP 404", { status: 404 }) : response;
          },
        },
      },
    });
    clients.push(client);
    // listTools() would leave out a server that cannot be reached, and the agent would have no tools for good.
    const { tools, errors } = await client.listToolsWithErrors();
    if (errors.registry !== undefined) throw new Error(errors.registry);
    return new Agent({ id: user, name: "clerk", instructions: "", model, tools });
  });
  return {
    async ask(user) {
      const agent = await agentOf(user);
      const { text } = await agent.generate(user);
      return text;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.disconnect();
    },
  };
};
