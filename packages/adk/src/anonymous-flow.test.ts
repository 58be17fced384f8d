import { mcpServers } from "@agent-oauth/client";
import { cachingTokenSource, createAccessToken } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { agentOf } from "./agent-run.test-support.ts";
import { anonymousFlow } from "./anonymous-flow.ts";
import { startMcpServer } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { toolsetOf } from "./toolset.test-support.ts";

describe("anonymousFlow", () => {
  it("hands a refusal on as it is, but for that of no token", async () => {
    const told: unknown[] = [];
    const source = cachingTokenSource({
      identity: "x",
      async getToken(_request, options) {
        told.push(options?.rejected?.token);
        return createAccessToken({ token: `t-${told.length}` });
      },
    });
    const asked: unknown[] = [];
    const tokens = {
      identity: "x",
      getToken: (...args: Parameters<typeof source.getToken>) => {
        asked.push(args[1]);
        return source.getToken(...args);
      },
    };
    const flow = { ...mcpServers({ tokens: source, servers: [] }), userTokens: tokens };
    const { userTokens } = anonymousFlow(flow);
    const request = { subjectToken: "alice" };
    const rejected = await userTokens.getToken(request);
    const options = { rejected, rejectedBy: "https://a.example/mcp" };
    await userTokens.getToken(request, options);
    expect(asked[1]).toBe(options);
  });

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
