import { bearerFetch } from "@agent-oauth/core";
import type { OpenAgent } from "@agent-oauth/examples/framework-agent";
import { UserSessions } from "@agent-oauth/node";
import { createMCPClient } from "@ai-sdk/mcp";
import { generateText, isStepCount, type ToolSet } from "ai";
import { model } from "./scripted-models/vercel.ts";

/** Vercel AI SDK. */
export const openAgent: OpenAgent = async ({ mcpUrl, tokens, subjectToken }) => {
  const sessions = new UserSessions({
    fetchOf: (user) =>
      bearerFetch(tokens, {
        resource: mcpUrl,
        request: () => ({ subjectToken: subjectToken(user) }),
      }),
    async open(fetch) {
      const client = await createMCPClient({ transport: { type: "http", url: mcpUrl, fetch } });
      return { client, tools: await client.tools() };
    },
    close: ({ client }) => client.close(),
  });
  /** The user's tools, each looked up at its call: the session may be another one by then. */
  const toolsOf = (user: string) =>
    sessions.use(user, async ({ tools }) =>
      Object.fromEntries(
        Object.entries(tools).map(([name, tool]) => [
          name,
          {
            ...tool,
            execute: (input: unknown, options: never) =>
              sessions.use(user, async ({ tools }) => tools[name]?.execute(input, options)),
          },
        ]),
      ),
    );
  return {
    async ask(user) {
      const tools = (await toolsOf(user)) as ToolSet;
      const { text } = await generateText({ model, tools, prompt: user, stopWhen: isStepCount(2) });
      return text;
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  };
};
