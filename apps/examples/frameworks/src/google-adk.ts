import { McpToolset } from "@agent-oauth/adk";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { InMemorySessionService, LlmAgent, Runner } from "@google/adk";
import { model } from "./scripted-models/adk.ts";

/** Google ADK, by the toolset of `@agent-oauth/adk`. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const toolset = new McpToolset({
    tokens,
    server: { name: "registry", url: mcpUrl },
    subjectToken: ({ userId }) => subjectToken(userId),
    principal: ({ userId }) => userId,
  });
  const agent = new LlmAgent({ name: "clerk", model, tools: [toolset] });
  const sessionService = new InMemorySessionService();
  const runner = new Runner({ appName: "clerk", agent, sessionService });
  return {
    async ask(user) {
      const newMessage = { role: "user", parts: [{ text: user }] };
      let answer = "";
      for await (const { content } of runner.runEphemeral({ userId: user, newMessage })) {
        answer = content?.parts?.[0]?.text ?? answer;
      }
      return answer;
    },
    [Symbol.asyncDispose]: () => toolset.dispose(),
  };
};
