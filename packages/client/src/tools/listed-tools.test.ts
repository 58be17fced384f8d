import { describe, expect, it, vi } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import type { SeenRequest } from "../mcp-server.test-support.ts";

const alice = { userToken: "alice" };
const ERAS = ["session", "sessionless", "modern"] as const;
type Era = (typeof ERAS)[number];
const COMPLETE = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
const GOOD = { name: "good", inputSchema: { type: "object" } };

const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;

/** Lists what a server writes itself, as JSON or in an event stream. */
async function listing(era: Era, tools: readonly unknown[], form: "json" | "stream" = "json") {
  const server = await serverOf({ era });
  server.behaviour.refuse = (seen) => {
    if (seen.rpc !== "tools/list") return undefined;
    const result = { ...COMPLETE, tools, nextCursor: null, _meta: null };
    const text = JSON.stringify({ jsonrpc: "2.0", id: idOf(seen), result });
    return form === "json"
      ? { status: 200, body: text }
      : {
          status: 200,
          body: `event: message\ndata: ${text}\n\n`,
          headers: { "content-type": "text/event-stream" },
        };
  };
  const { client, refs } = clientOf([server]);
  return { ...(await client.listMcpTools(alice)), refs, client };
}

describe("a listed tool", () => {
  it.each<[string, object, object]>([
    ["an empty input schema", { inputSchema: {} }, { inputSchema: { type: "object" } }],
    [
      "an input schema without a type",
      { inputSchema: { properties: { a: { default: null } } } },
      { inputSchema: { type: "object", properties: { a: { default: null } } } },
    ],
    [
      "an input schema that allows null, too",
      { inputSchema: { type: ["object", "null"] } },
      { inputSchema: { type: "object" } },
    ],
    [
      "null in its input schema",
      { inputSchema: { type: null, properties: null, required: null, $schema: null, x: null } },
      { inputSchema: { type: "object", x: null } },
    ],
    ["null for its annotations", { annotations: null }, {}],
    [
      "null in its annotations",
      { annotations: { readOnlyHint: true, title: null } },
      { annotations: { readOnlyHint: true } },
    ],
    ["null for its title", { title: null }, {}],
    ["null for its description", { description: null }, { description: "" }],
    ["null for its output schema", { outputSchema: null }, {}],
    ["null for its _meta", { _meta: null }, {}],
    ["null for icons and execution", { icons: null, execution: null }, {}],
    ["null in icons", { icons: [{ src: "data:,", sizes: null, mimeType: null }] }, {}],
  ])("may have %s", async (_, odd, seen) => {
    for (const era of ERAS) {
      for (const form of ["json", "stream"] as const) {
        const tool = { ...GOOD, name: "odd", ...odd };
        const { tools, failures, refs } = await listing(era, [tool, GOOD], form);
        expect(failures).toEqual([]);
        const plain = { description: "", server: refs[0], serverName: "test server" };
        expect(tools).toEqual([
          { name: "odd", inputSchema: { type: "object" }, ...plain, ...seen },
          { ...GOOD, ...plain },
        ]);
      }
    }
  });

  it("may have an output schema without a type, which means objects before 2026", async () => {
    for (const era of ERAS) {
      const { tools } = await listing(era, [{ ...GOOD, outputSchema: {} }]);
      const outputSchema = era === "modern" ? {} : { type: "object" };
      expect(tools).toMatchObject([{ ...GOOD, outputSchema }]);
    }
  });

  it.each<[string, unknown, string | undefined, string]>([
    ["no input schema", { name: "odd" }, "odd", '"inputSchema" is missing'],
    ["null for it", { name: "odd", inputSchema: null }, "odd", '"inputSchema" is missing'],
    ["true for it", { name: "odd", inputSchema: true }, "odd", '"inputSchema" is a boolean'],
    [
      "an input schema of texts",
      { name: "odd", inputSchema: { type: "string" } },
      "odd",
      '"inputSchema.type" is a string',
    ],
    ["no name", { inputSchema: {} }, undefined, 'its "name" is missing'],
    ["a number for its name", { ...GOOD, name: 5 }, undefined, 'its "name" is a number'],
    [
      "a text for a hint",
      { ...GOOD, name: "odd", annotations: { readOnlyHint: "yes" } },
      "odd",
      '"annotations.readOnlyHint" is a string',
    ],
    [
      "an icon without a source",
      { ...GOOD, name: "odd", icons: [{}] },
      "odd",
      '"icons[0].src" is missing',
    ],
    ["no members", null, undefined, "it is null"],
    ["no members but items", [], undefined, "it is a list"],
  ])("that has %s is left out, and named with what is wrong", async (_, odd, name, reason) => {
    for (const era of ERAS) {
      const { tools, failures, refs } = await listing(era, [odd, GOOD]);
      expect(tools).toMatchObject([{ name: "good" }]);
      expect(failures).toMatchObject([
        { ref: refs[0], reason: "unusable-tool", error: { code: "ERR_TOKEN_RESPONSE" } },
      ]);
      expect(failures[0]?.tool).toBe(name);
      const message = String(failures[0]?.error);
      expect(message).toContain('of the MCP server "server-0"');
      expect(message).toContain(reason);
      if (name !== undefined) expect(message).toContain(`the tool "${name}"`);
    }
  });

  it("before 2026 must not have an output schema of a list", async () => {
    const odd = { ...GOOD, name: "odd", outputSchema: { type: "array" } };
    const { tools, failures } = await listing("session", [odd, GOOD]);
    expect(tools).toHaveLength(1);
    expect(String(failures[0]?.error)).toContain('"outputSchema.type" is a string');
    expect((await listing("modern", [odd])).tools).toHaveLength(1);
  });

  it("is named if the SDK leaves it out for its headers", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const inputSchema = {
      type: "object",
      properties: { a: { type: "string", "x-mcp-header": "not a header name" } },
    };
    const { tools, failures } = await listing("modern", [
      { ...GOOD, name: "odd", inputSchema },
      GOOD,
    ]);
    warn.mockRestore();
    expect(tools).toMatchObject([{ name: "good" }]);
    expect(failures).toMatchObject([{ reason: "unusable-tool", tool: "odd" }]);
    expect(String(failures[0]?.error)).toContain("x-mcp-header");
  });

  it("that is left out counts for the filter of names", async () => {
    const { client } = await listing("session", [{ name: "odd" }, {}, GOOD]);
    const { failures } = await client.listMcpTools({ ...alice, filter: { names: ["good"] } });
    // One without a name may be a wanted one.
    expect(failures).toHaveLength(1);
    const all = await client.listMcpTools({ ...alice, filter: { names: ["odd"] } });
    expect(all.failures).toHaveLength(2);
  });

  it("does not make its server a failed one, even if it is the only one", async () => {
    const { tools, failures } = await listing("session", [{ name: "odd" }]);
    expect([tools.length, failures.length]).toEqual([0, 1]);
  });

  it("cannot fill the logs with its name", async () => {
    const { failures } = await listing("session", [{ name: `x\u001b${"y".repeat(5_000)}` }]);
    expect(String(failures[0]?.error).length).toBeLessThan(400);
    expect(String(failures[0]?.error)).not.toContain("\u001b");
  });
});

describe("what a server says of itself", () => {
  const serverInfo = { name: "odd", version: "1", title: null, icons: null, websiteUrl: null };
  const capabilities = { tools: { listChanged: null }, resources: null, experimental: null };
  const described = { capabilities, instructions: null };
  const initialized = { protocolVersion: "2025-06-18", serverInfo, ...described, _meta: null };
  const discovered = {
    ...COMPLETE,
    supportedVersions: ["2026-07-28"],
    ...described,
    _meta: { "io.modelcontextprotocol/serverInfo": serverInfo },
  };

  it.each([
    ["legacy", { initialize: initialized }],
    ["auto", { "server/discover": discovered }],
  ] as const)("may have null in it (%s)", async (versionNegotiation, opening) => {
    const results = new Map<unknown, unknown>([
      ...Object.entries(opening),
      ["tools/list", { ...COMPLETE, tools: [GOOD] }],
    ]);
    const server = await serverOf();
    server.behaviour.refuse = (seen) => {
      const result = results.get(seen.rpc);
      if (result === undefined) return 202;
      return { status: 200, body: JSON.stringify({ jsonrpc: "2.0", id: idOf(seen), result }) };
    };
    const { client } = clientOf([server], { versionNegotiation });
    const { tools, failures } = await client.listMcpTools(alice);
    expect(tools).toMatchObject([{ name: "good", serverName: "odd" }]);
    expect(failures).toEqual([]);
  });
});

describe("an output schema that cannot be compiled", () => {
  it.each<[string, object]>([
    ["null for a schema", { type: "object", properties: { a: null } }],
    ["a pattern of another language", { type: "object", properties: { a: { pattern: "(?i)x" } } }],
    ["a reference to elsewhere", { type: "object", $ref: "https://schemas.example/x.json" }],
    ["an empty enumeration", { type: "object", properties: { a: { enum: [] } } }],
    ["a type that does not exist", { type: "object", properties: { a: { type: "nope" } } }],
    ["a dialect of old", { $schema: "http://json-schema.org/draft-04/schema#", type: "object" }],
  ])("by %s costs neither the tool nor its calls", async (_, outputSchema) => {
    for (const era of ERAS) {
      const bad = { name: "echo", inputSchema: { type: "object" }, outputSchema };
      const { tools, failures, client } = await listing(era, [bad, GOOD]);
      expect(tools.map(({ name }) => name)).toEqual(["echo", "good"]);
      expect(tools[0]?.outputSchema).toBeUndefined();
      expect(failures).toMatchObject([{ reason: "unusable-schema", tool: "echo" }]);
      expect(String(failures[0]?.error)).toBe(
        'TokenError: Cannot check the results of the tool "echo" of the MCP server "server-0": its "outputSchema" cannot be compiled; the tool is listed without it',
      );
      const [tool] = tools;
      if (tool === undefined) throw new Error("no tool was listed");
      expect((await client.callMcpTool(tool, {}, alice)).text).toBe("echo {}");
    }
  });

  it("is not what most schemas are", async () => {
    const outputSchema = { type: "object", properties: { a: { type: "string", format: "int64" } } };
    const { tools, failures } = await listing("session", [{ ...GOOD, outputSchema }]);
    expect(tools).toMatchObject([{ outputSchema }]);
    expect(failures).toEqual([]);
  });
});

describe("a tool with an empty name", () => {
  it("is left out", async () => {
    const { tools, failures } = await listing("session", [{ ...GOOD, name: "" }, GOOD]);
    expect(tools.map(({ name }) => name)).toEqual(["good"]);
    expect(failures).toMatchObject([{ reason: "unusable-tool", tool: "" }]);
    expect(String(failures[0]?.error)).toMatch(/its "name" is empty$/);
  });
});
