import type { OpenAgent } from "@agent-oauth/examples/framework-agent";

/** The recipes by name. Each is loaded only when it is played: some frameworks take a second. */
export const examples: Readonly<Record<string, () => Promise<{ readonly openAgent: OpenAgent }>>> =
  {
    "mcp-sdk-v1": () => import("./mcp-sdk-v1.ts"),
    "mcp-sdk-v2": () => import("./mcp-sdk-v2.ts"),
    "langchain-adapters": () => import("./langchain-adapters.ts"),
    "langchain-client": () => import("./langchain-client.ts"),
    "vercel-ai": () => import("./vercel-ai.ts"),
    "openai-agents": () => import("./openai-agents.ts"),
    mastra: () => import("./mastra.ts"),
    "google-adk": () => import("./google-adk.ts"),
    a2a: () => import("./a2a.ts"),
  };
