import { systemClock } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { clientSettings } from "./client-options.ts";
import { scriptedFlow } from "./flow.test-support.ts";
import { createAgentGatewayClient, mcpServers } from "./index.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

const { source } = scriptedTokens();
const { flow } = scriptedFlow(source);
/** As JavaScript may call it. */
const create = (options: object) => createAgentGatewayClient(options as never);

describe("createAgentGatewayClient", () => {
  it.each([
    ["no flow", {}, 'either "flow" or "flows"'],
    ["both kinds of flow", { flow, flows: [] }, 'either "flow" or "flows"'],
    ["a flow that is null", { flow: null }, '"flow" must be a flow'],
    ["a flow that is none", { flow: {} }, '"flow" must be a flow'],
    ["a detector's function as flow", { flow: async () => flow }, '"flow" must be a flow'],
    ["no detectors", { flows: [] }, '"flows" is empty'],
    ["a flow among the detectors", { flows: [flow] }, '"flows" must be a list of detectors'],
    ["detectors that are no list", { flows: async () => flow }, '"flows" must be a list'],
    ["timeoutMs", { flow, timeoutMs: "60" }, '"timeoutMs"'],
    ["versionNegotiation", { flow, versionNegotiation: "new" }, '"versionNegotiation"'],
    ["allowInsecureHosts", { flow, allowInsecureHosts: "a" }, '"allowInsecureHosts"'],
    ["an origin with a path", { flow, allowOrigins: ["https://a.example/"] }, '"allowOrigins"'],
    ["an origin that is none", { flow, allowOrigins: ["a.example"] }, '"allowOrigins"'],
    ["clientInfo", { flow, clientInfo: { name: "a" } }, '"clientInfo"'],
    ["clientInfo null", { flow, clientInfo: null }, '"clientInfo"'],
    ["clock", { flow, clock: { now: Date.now } }, '"clock"'],
    ["onEvent", { flow, onEvent: true }, '"onEvent"'],
  ])("refuses %s", (_, options, message) => {
    expect(() => create(options)).toThrow(TypeError);
    expect(() => create(options)).toThrow(message);
  });

  const names = [
    "timeoutMs",
    "toolTimeoutMs",
    "maxTotalTimeoutMs",
    "maxCallBytes",
    "maxListBytes",
    "maxTools",
    "discoveryConcurrency",
    "maxSessions",
    "sessionIdleMs",
  ];
  it.each(names)("takes whole numbers from 1 for %s", (name) => {
    expect(() => create({ flow, [name]: 1 })).not.toThrow();
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ flow, [name]: value })).toThrow(RangeError);
      expect(() => create({ flow, [name]: value })).toThrow(`"${name}"`);
    }
  });
});

describe("mcpServers", () => {
  const server = { name: "s", url: "https://a.example/mcp" };
  it.each([
    ["tokens", { servers: [server] }, '"tokens" must be a token source'],
    ["systemTokens", { tokens: source, systemTokens: "t", servers: [] }, '"systemTokens"'],
    ["servers", { tokens: source, servers: server }, '"servers" must be a list'],
    [
      "a name",
      { tokens: source, servers: [server, { ...server, name: " " }] },
      '"servers[1].name"',
    ],
    ["server", { tokens: source, servers: [null] }, '"servers[0]"'],
    [
      "a misspelt member beside mcpServers",
      { tokens: source, servers: { mcpServers: {}, mcpServer: { a: server } } },
      '"servers" has "mcpServer" beside "mcpServers"; put all servers into "mcpServers"',
    ],
    ["no server", { tokens: source, servers: [undefined] }, '"servers[0].name"'],
    ["a URL", { tokens: source, servers: [{ ...server, url: "/mcp" }] }, '"servers[0].url"'],
    ["fetch", { tokens: source, servers: [], fetch: "f" }, '"fetch" must be a function'],
    [
      "command",
      { tokens: source, servers: { a: { command: "npx" } } },
      '"servers.a": it is a local',
    ],
    [
      "transport",
      { tokens: source, servers: { mcpServers: { a: { ...server, type: "sse" } } } },
      'Cannot use "servers.mcpServers.a": it has the type sse',
    ],
    [
      "second name",
      { tokens: source, servers: { a: server } },
      '"servers.a.name" must be the name',
    ],
    [
      "member",
      { tokens: source, servers: { s: { ...server, headers: {} } } },
      'no member "headers"',
    ],
  ])("refuses a wrong %s", (_, options, message) => {
    expect(() => mcpServers(options as never)).toThrow(TypeError);
    expect(() => mcpServers(options as never)).toThrow(message);
  });

  const { url } = server;
  it.each([
    ["a list", [{ ...server, type: "streamable-http" }]],
    ["an object by name", { s: { url } }],
    ["mcpServers by name", { mcpServers: { s: { url, type: "streamableHttp" } } }],
    ["mcpServers as a list", { mcpServers: [server] }],
  ])("takes the servers as %s", async (_, servers) => {
    const made = mcpServers({ tokens: source, servers });
    expect(await made.listMcpServers()).toEqual([server]);
    await made.close();
  });

  it("caches tokens until they are cleared, and closes its caches", async () => {
    const users = scriptedTokens();
    const system = scriptedTokens();
    const made = mcpServers({
      tokens: users.source,
      systemTokens: system.source,
      servers: [server],
    });
    const request = { subjectToken: "alice" };
    await made.userTokens.getToken(request);
    await made.userTokens.getToken(request);
    await made.systemTokens?.getToken();
    await made.systemTokens?.getToken();
    expect([users.asked.length, system.asked.length]).toEqual([1, 1]);
    made.clearTokens();
    await made.userTokens.getToken(request);
    await made.systemTokens?.getToken();
    expect([users.asked.length, system.asked.length]).toEqual([2, 2]);
    expect(await made.listMcpServers()).toEqual([server]);
    expect(await made.listAgents()).toEqual([]);
    expect(await made.clientId()).toBeUndefined();
    await made.close();
    await expect(made.userTokens.getToken(request)).rejects.toMatchObject({
      code: "ERR_TOKEN_CLOSED",
    });
  });
});

describe("clientSettings", () => {
  it("fills in the defaults", () => {
    expect(clientSettings({ flow })).toEqual({
      timeoutMs: 60_000,
      toolTimeoutMs: 60_000,
      maxCallBytes: 67_108_864,
      maxListBytes: 16_777_216,
      maxTools: 4_096,
      discoveryConcurrency: 8,
      maxSessions: 256,
      sessionIdleMs: 300_000,
      versionNegotiation: "auto",
      allowOrigins: [],
      allowInsecureHosts: [],
      missingToken: "fail",
      clientInfo: { name: "agent-oauth", version: "0" },
      clock: systemClock,
    });
  });

  it.each([
    ["clientInfo", { clientInfo: { name: " ", version: "1" } }],
    ["clientInfo", { clientInfo: { name: "a", version: "" } }],
    ["allowOrigins", { allowOrigins: [""] }],
    ["allowOrigins", { allowOrigins: ["https://a.example", " "] }],
    ["allowInsecureHosts", { allowInsecureHosts: [""] }],
    ["allowInsecureHosts", { allowInsecureHosts: [" "] }],
  ])("refuses a blank text in %s: %j", (option, blank) => {
    expect(() => clientSettings({ flow, ...blank })).toThrow(`"${option}"`);
  });
});
