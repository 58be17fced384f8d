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
    expect(serverEntries(input)).toEqual(entries);
  });

  it.each([undefined, null, 7, "text", {}, { name: "a", url }, { command: "npx" }, new Map()])(
    "reads no servers from %j",
    (input) => {
      expect(serverEntries(input)).toBeUndefined();
    },
  );
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
