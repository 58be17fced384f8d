import { cachingTokenSource } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { agentOf } from "./agent-run.test-support.ts";
import { startMcpServer } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { toolsetOf } from "./toolset.test-support.ts";

describe('McpToolset with onExchangeError: "anonymous"', () => {
  it.each([
    ["a token while the cache holds one", false, "Bearer alice#1"],
    ["nothing once it holds none", true, undefined],
  ])("presents %s when a session ends", async (_, cleared, authorization) => {
    const server = await startMcpServer();
    const cache = cachingTokenSource(scriptedTokens().source);
    const { toolset } = toolsetOf([server], { tokens: cache, onExchangeError: "anonymous" });
    await agentOf(toolset).run({ calls: ["whoami"] });
    server.take();
    if (cleared) cache.clear();
    await toolset.dispose();
    expect(server.seen).toMatchObject([{ what: "DELETE", authorization }]);
  });
});
