import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentOf, textOf } from "./agent-run.test-support.ts";
import { McpToolset, type McpToolsetOptions } from "./index.ts";
import { startMcpServer } from "./mcp-server.test-support.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";
import { refOf, toolsetOf } from "./toolset.test-support.ts";

const server = { name: "orders", url: "https://orders.example/mcp" };
const tokens = scriptedTokens().source;

describe("McpToolset", () => {
  it("ends the MCP sessions of its own client when it is disposed of", async () => {
    const server = await startMcpServer();
    const { toolset } = toolsetOf([server]);
    const agent = agentOf(toolset);
    await agent.run({ user: "alice" });
    await agent.run({ user: "bob" });
    expect(server.sessions.size).toBe(2);
    server.take();
    await toolset[Symbol.asyncDispose]();
    expect(server.sessions.size).toBe(0);
    expect(server.take().map(({ what }) => what)).toEqual(["DELETE", "DELETE"]);
    await expect(agent.run()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
  });

  it("shares a client, which it does not close", async () => {
    const server = await startMcpServer();
    const { source } = scriptedTokens();
    const client = createAgentGatewayClient({
      flow: mcpServers({ tokens: source, servers: [refOf(server)] }),
      allowInsecureHosts: [server.host],
    });
    onTestFinished(() => client.close());
    const first = new McpToolset({ client });
    const second = new McpToolset({ client });
    await agentOf(first).run({ calls: ["whoami"] });
    await first.dispose();
    const [answer] = await agentOf(second).run({ calls: ["whoami"] });
    expect(textOf(answer)).toBe("Bearer alice#1");
    expect(server.sessions.size).toBe(1);
  });

  it.each<[string, unknown, RegExp]>([
    ["no server", { tokens }, /"server" or "servers"/],
    ["server and servers", { tokens, server, servers: [server] }, /"server" or "servers"/],
    ["a server without a URL", { tokens, server: { name: "orders" } }, /servers\[0\]\.url/],
    ["no token source", { server }, /"tokens"/],
    ["an unknown policy", { tokens, server, onExchangeError: "ignore" }, /"onExchangeError"/],
    ["a limit that is none", { tokens, server, maxLists: 0 }, /"maxLists"/],
    ["a lifetime that is none", { tokens, server, listLifetimeMs: "5" }, /"listLifetimeMs"/],
    ["a user that is no function", { tokens, server, principal: "alice" }, /"principal"/],
    ["an unknown lister", { tokens, server, listAs: "agent" }, /"listAs"/],
    ["a client beside tokens", { tokens, client: {} }, /"tokens"/],
    ["a policy for another's client", { client: {}, onExchangeError: "fail" }, /"onExchangeError"/],
    [
      "a time for another's client",
      { client: {}, timeoutMs: 5 },
      /"timeoutMs": the given "client"/,
    ],
    ["a misspelt option", { tokens, server, timeoutms: 5 }, /did you mean "timeoutMs"\?/],
    ["a flow", { tokens, server, flow: {} }, /no option "flow"/],
    ["a misspelt option beside a client", { client: {}, prefx: "a" }, /did you mean "prefix"\?/],
    ["a misspelt filter", { tokens, server, filter: { name: ["a"] } }, /did you mean "names"\?/],
    ["a filter that is a list", { tokens, server, filter: ["a"] }, /"filter" must be a plain/],
    ["a misspelt member", { tokens, server: { ...server, requests: {} } }, /"request"\?/],
    ["no options", undefined, /"server" or "servers"/],
    ["null", null, /must be a plain object, not null/],
    ["a promise", Promise.resolve({ tokens, server }), /a promise \(is an "await" missing\?\)/],
    ["a map", new Map(), /an instance of Map/],
    ["what its client refuses", { tokens, server, maxSessions: 0 }, /"maxSessions"/],
  ])("refuses %s", (_, options, message) => {
    expect(() => new McpToolset(options as McpToolsetOptions)).toThrow(message);
  });
});
