import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { structuredTools } from "@agent-oauth/langchain";
import { createAgent } from "langchain";
import { nullGivingModel as model } from "./scripted-models/langchain.ts";

/** LangChain with the tools of our client, which keeps the sessions. One agent serves all users. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const servers = [{ name: "registry", url: mcpUrl }];
  const client = createAgentGatewayClient({ flow: mcpServers({ tokens, servers }) });
  const callerOf = (user: string) => ({ userToken: () => subjectToken(user), principal: user });
  const makeAgent = async (user: string) => {
    const { tools } = await client.listMcpTools(callerOf(user));
    const ofRun = structuredTools(client, tools, {
      user: ({ configurable }) => callerOf(configurable?.user),
    });
    return createAgent({ model, tools: ofRun });
  };
  // This server has the same tools for everybody, so the list of whoever comes first is as good as any other.
  let agent: ReturnType<typeof makeAgent> | undefined;
  return {
    async ask(user) {
      agent ??= makeAgent(user);
      const { messages } = await (await agent).invoke(
        { messages: [{ role: "user", content: user }] },
        { configurable: { user } },
      );
      return messages.at(-1)?.text ?? "";
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
};
