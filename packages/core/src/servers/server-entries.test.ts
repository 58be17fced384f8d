import { describe, expect, it } from "vitest";
import { serverEntries } from "./server-entries.ts";
import { transportViolation } from "./server-transport.ts";

const url = "https://orders.example/mcp";

describe("serverEntries", () => {
  const byName = { orders: { url }, billing: { url, name: "own" } };
  const ofObject = (...place: string[]) => [
    { place: [...place, "orders"], value: { name: "orders", url }, key: "orders" },
    { place: [...place, "billing"], value: { name: "own", url }, key: "billing" },
  ];
  const ofList = (...place: string[]) => [{ place: [...place, 0], value: { name: "orders", url } }];
  const list = [{ name: "orders", url }];
  it.each([
    ["a list", list, ofList()],
    ["an empty list", [], []],
    ["an object by name", byName, ofObject()],
    ["mcpServers by name", { mcpServers: byName, inputs: [] }, ofObject("mcpServers")],
    ["servers by name", { servers: byName }, ofObject("servers")],
    ["mcpServers as a list", { mcpServers: list }, ofList("mcpServers")],
    ["no mcpServers", { mcpServers: {} }, []],
    [
      "a server that is called servers",
      { servers: { url } },
      [{ place: ["servers"], value: { name: "servers", url }, key: "servers" }],
    ],
    ["odd values", { a: 1 }, [{ place: ["a"], value: 1, key: "a" }]],
  ])("reads %s", (_, input, entries) => {
    expect(serverEntries(input)).toEqual({ entries });
  });

  it.each([undefined, null, 7, "text", {}, { name: "a", url }, { command: "npx" }, new Map()])(
    "reads no servers from %j",
    (input) => {
      expect(serverEntries(input)).toEqual({ violation: expect.stringMatching(/^must be a list/) });
    },
  );
});

describe("serverEntries, beside mcpServers", () => {
  const mcpServers = { a: { url } };
  it.each([
    [{ servers: { b: { url } } }, /^has "servers" beside "mcpServers"; put all servers into "mcpS/],
    [{ servers: { url } }, /^has "servers" beside/],
    [{ servers: [] }, /^has "servers" beside/],
    [{ mcpServer: { b: { url } } }, /^has "mcpServer" beside "mcpServers"; put all servers into/],
    [{ mcp_servers: [{ url }] }, /^has "mcp_servers" beside/],
    [{ server: { url } }, /^has "server" beside/],
    [{ stsAudience: "sentinel" }, /^has "stsAudience" beside "mcpServers"; it belongs into each/],
    [{ sts_audience: ["sentinel"] }, /did you mean "stsAudience", which belongs into each server/],
    [{ audience: "sentinel" }, /did you mean "stsAudience"/],
    [{ inputs: [], request: {} }, /^has "request" beside/],
    [{ url: "https://sentinel.example" }, /^has "url" beside/],
  ])("refuses what would be lost: %j", (others, why) => {
    const { violation } = serverEntries({ mcpServers, ...others }) as { violation: string };
    expect(violation).toMatch(why);
    expect(violation).not.toContain("sentinel");
  });

  it("says into which member the servers go", () => {
    expect(serverEntries({ servers: mcpServers, mcpServers: "sentinel" })).toEqual({
      violation: 'has "mcpServers" beside "servers"; put all servers into "servers"',
    });
  });

  it.each([
    { inputs: [{ type: "command", id: "x", command: "y" }] },
    { name: "x", description: "y", version: "1", tools: ["*"], resources: [] },
    { mcp: { serverCommand: "x", allowed: ["a"] }, sts: { issuer: url } },
    { lspServers: { go: { command: "gopls" } }, allowedMcpServers: [{ serverName: "a" }] },
    { disabledMcpServers: ["a"], enableAllProjectMcpServers: true, repository: { url } },
    { servers: null, $schema: url, env: { a: "b" }, hooks: {} },
  ])("leaves to other tools what is theirs: %j", (others) => {
    expect(serverEntries({ ...others, mcpServers })).toHaveProperty("entries.length", 1);
  });
});

describe("transportViolation", () => {
  it.each([undefined, "http", "HTTP", "streamable-http", "streamableHttp", "streamable_http"])(
    "accepts the type %j",
    (type) => {
      expect(transportViolation({ url, type })).toBeUndefined();
    },
  );

  it.each([
    [{ command: "npx", args: ["sentinel"] }, /is a local command \(stdio\)/],
    [{ type: "stdio", url }, /is a local command \(stdio\)/],
    [{ type: "sse", url }, /type sse, which is not supported/],
    [{ type: "websocket-sentinel", url }, /it must be "http", also written "streamable-http"/],
    [{ type: 7, url }, /it must be "http"/],
    [{ type: null, url }, /it must be "http"/],
  ])("refuses %j without showing it", (server, message) => {
    expect(transportViolation(server)).toMatch(message);
    expect(transportViolation(server)).not.toContain("sentinel");
  });

  it("leaves to others what is no server", () => {
    expect([transportViolation(1), transportViolation(null)]).toEqual([undefined, undefined]);
  });
});
