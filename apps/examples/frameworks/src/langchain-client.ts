import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { createAgent } from "langchain";
import { perUser } from "./per-user.ts";
import { nullGivingModel as model } from "./scripted-models/langchain.ts";
import { structuredTool } from "./structured-tool.ts";

/** LangChain with the tools of our client, which keeps the sessions. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const servers = [{ name: "registry", url: mcpUrl }];
  const client = createAgentGatewayClient({ flow: mcpServers({ tokens, servers }) });
  const agentOf = perUser(async (user) => {
    const caller = { userToken: () => subjectToken(user), principal: user };
    const { tools } = await client.listMcpTools(caller);
    return createAgent({ model, tools: tools.map((tool) => structuredTool(client, tool, caller)) });
  });
  return {
    async ask(user) {
      const agent = await agentOf(user);
      const { messages } = await agent.invoke({
        messages: [{ role: "user", content: user }],
      });
      return messages.at(-1)?.text ?? "";
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
};
