import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toolTokens } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { stsAndSource } from "../sts.test-support.ts";
import { mcpServersSchema, parseMcpServers, toolAudiences } from "./schema.ts";

const folder = join(import.meta.dirname, "../golden");
const url = "https://orders.example/mcp";

interface Golden {
  readonly input: unknown;
  readonly table: readonly (readonly [server: string, tool: string, audience: string[]])[];
}

describe("parseMcpServers", () => {
  it("has a golden file for each precedence", () => {
    const names = readdirSync(folder).sort();
    expect(names).toEqual(["both.json", "none.json", "server-default.json", "tool-override.json"]);
  });

  it.each(readdirSync(folder))("resolves %s", (file) => {
    const { input, table } = JSON.parse(readFileSync(join(folder, file), "utf8")) as Golden;
    const audienceOf = toolAudiences(parseMcpServers(input));
    const resolved = table.map(([server, name]) => [
      server,
      name,
      audienceOf({ server, name }) ?? [],
    ]);
    expect(resolved).toEqual(table);
  });

  it("makes references as mcpServers takes them", () => {
    const tools = [{ name: "pay", stsAudience: "billing" }, { name: "list" }];
    const refs = parseMcpServers([
      { name: "orders", url, stsAudience: "orders", tools },
      { name: "open", url, type: "http" },
    ]);
    expect(refs).toEqual([
      {
        name: "orders",
        url,
        request: { audience: ["orders"] },
        tools: { pay: { audience: ["billing"] } },
      },
      { name: "open", url },
    ]);
    expect(Object.isFrozen(refs)).toBe(true);
  });

  it.each([
    ["a list", [{ name: "orders", type: "streamable-http", url, stsAudience: "a" }]],
    ["an object by name", { orders: { url, stsAudience: "a" } }],
    ["mcpServers", { mcpServers: { orders: { type: "streamableHttp", url, stsAudience: "a" } } }],
    ["servers", { servers: { orders: { type: "http", url, stsAudience: ["a"] } } }],
  ])("reads %s, as configuration files have them", (_, input) => {
    expect(parseMcpServers(input)).toEqual([{ name: "orders", url, request: { audience: ["a"] } }]);
  });

  const server = (more: object) => [{ name: "orders", url, ...more }];
  it.each([
    [undefined, /the list/],
    [{}, /the list must be a list of servers, an object of servers by name, or/],
    [7, /the list must be a list of servers, .*, not a number/],
    [{ name: "orders", url }, /the list must be a list of servers/],
    [{ mcpServers: { orders: {} } }, /mcpServers\.orders\.url is missing/],
    [{ orders: { url: "x" }, b: 1 }, /orders\.url must be an absolute .*; b must be an object/],
    [{ orders: { url, name: "other" } }, /orders\.name differs from the name under which/],
    [{ mcpServers: {}, mcpServer: { a: { url } } }, /the list has "mcpServer" beside "mcpServers"/],
    [{ mcpServers: {}, servers: { a: { url } } }, /the list has "servers" beside "mcpServers"/],
    [{ mcpServers: {}, stsAudience: "sentinel" }, /the list has "stsAudience" .* each server/],
    [{ mcpServers: { orders: { command: "npx", env: { K: "sentinel" } } } }, /orders is a local/],
    [server({ description: 7 }), /\[0\]\.description must be a string, not a number/],
    [server({ tools: {} }), /\[0\]\.tools must be a list, not an object/],
    [server({ headers: { authorization: "sentinel" } }), /\[0\].*no key "headers"/],
    [[7], /\[0\] must be an object, not a number/],
    [[{}], /\[0\]\.name is missing; \[0\]\.url is missing/],
    [server({ name: " " }), /\[0\]\.name is blank/],
    [server({ name: "a\nb" }), /\[0\]\.name contains control characters/],
    [server({ url: "orders.example" }), /\[0\]\.url must be an absolute https: URL/],
    [server({ url: "http://orders.example" }), /\[0\]\.url must be https:/],
    [server({ url: "https://u:sentinel@a.example" }), /\[0\]\.url must not hold a user name/],
    [server({ type: "stdio" }), /\[0\] is a local command \(stdio\)/],
    [server({ stsAudience: 7 }), /\[0\]\.stsAudience must be a name or a list of names/],
    [server({ stsAudience: "a\r\nb" }), /\[0\]\.stsAudience must be a name/],
    [server({ stsAudience: ["a", ""] }), /\[0\]\.stsAudience must be a name/],
    [server({ stsAudiance: "a" }), /stsAudiance/],
    [server({ tools: [{ name: "a", audience: "b" }] }), /\[0\]\.tools\[0\].*audience/],
    [server({ tools: [{}] }), /\[0\]\.tools\[0\]\.name is missing/],
    [server({ tools: [{ name: "a" }, { name: "a" }] }), /\[0\]\.tools\[1\]\.name is there twice/],
    [[...server({}), ...server({})], /\[1\]\.name is there twice/],
    [
      server({ type: "sse", url: "https://orders.example/sse?key=sentinel" }),
      /\[0\] has the type sse, which is not supported; give the URL of its Streamable HTTP endpoint/,
    ],
  ])("refuses %j", (input, message) => {
    const parse = () => parseMcpServers(input);
    expect(parse).toThrow(expect.objectContaining({ code: "ERR_TOKEN_CONFIG", retryable: false }));
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/sentinel/);
  });

  it("takes http: for hosts that are named", () => {
    const input = server({ url: "http://localhost:8080/mcp" });
    expect(() => parseMcpServers(input)).toThrow(/"allowInsecureHosts"/);
    expect(parseMcpServers(input, { allowInsecureHosts: ["localhost"] })).toHaveLength(1);
  });

  it("has its schema for use in a larger one", () => {
    expect(mcpServersSchema().parse(server({ stsAudience: "a" }))).toEqual(
      server({ stsAudience: ["a"] }),
    );
    const larger = z.object({ servers: mcpServersSchema() });
    expect(larger.safeParse({}).error?.issues).toMatchObject([
      { path: ["servers"], message: expect.stringContaining("must be a list of servers") },
    ]);
    const twins = larger.safeParse({ servers: [...server({}), ...server({ headers: {} })] });
    expect(twins.error?.issues).toMatchObject([
      { code: "custom", path: ["servers", 1], message: expect.stringContaining('"headers"') },
      { code: "custom", path: ["servers", 1, "name"], message: "is there twice" },
    ]);
    const nested = larger.safeParse({ servers: { orders: { url, stsAudiance: "a" } } });
    expect(nested.error?.issues).toMatchObject([
      { path: ["servers", "orders"], message: expect.stringContaining('"stsAudience"?') },
    ]);
  });
});

describe("toolAudiences", () => {
  it("refuses a server that is not listed", () => {
    const audienceOf = toolAudiences(parseMcpServers([]));
    expect(() => audienceOf({ server: "evil", name: "x" })).toThrow(
      expect.objectContaining({ code: "ERR_TOKEN_CONFIG" }),
    );
  });

  it("with toolTokens costs one exchange for each audience, however many call at once", async () => {
    const { sts, source } = await stsAndSource();
    const servers = parseMcpServers([
      {
        name: "orders",
        url,
        stsAudience: "orders",
        tools: [{ name: "pay", stsAudience: "billing" }],
      },
      { name: "search", url, stsAudience: "search" },
    ]);
    const tokens = toolTokens(source, { audienceOf: toolAudiences(servers) });
    tokens.startRun("idle", { subjectToken: "bob" });
    await tokens.ready("idle", { name: "remember" });
    tokens.endRun("idle");
    expect([sts.discoveries, sts.exchanges.length]).toEqual([0, 0]);
    tokens.startRun("busy", { subjectToken: "alice" });
    const tools = [
      { server: "orders", name: "list" },
      { server: "orders", name: "pay" },
      { server: "search", name: "find" },
    ];
    const calls = Array.from({ length: 99 }, (_, i) => tools[i % 3] as (typeof tools)[number]);
    await Promise.all(calls.map((tool) => tokens.ready("busy", tool)));
    const sent = sts.exchanges.map(({ form }) => form.getAll("audience").join());
    expect(sent.sort()).toEqual(["billing", "orders", "search"]);
    const headers = tools.map((tool) => tokens.headersFor("busy", tool).authorization);
    expect(new Set(headers).size).toBe(3);
  });
});
