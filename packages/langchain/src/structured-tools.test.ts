import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { isStructuredTool, ToolInputParsingException } from "@langchain/core/tools";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import type { CallToolResult, Tool } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { McpToolError } from "./index.ts";
import { clientWith, type TestServers, textResult } from "./mcp-server.test-support.ts";
import { type StructuredToolsOptions, structuredTools } from "./structured-tools.ts";

const alice = { userToken: "alice", principal: "alice" };
const inputSchema: Tool["inputSchema"] = {
  type: "object",
  properties: {
    id: { type: "integer", minimum: 1, description: "The order's number" },
    note: { type: "string", maxLength: 5, pattern: "^[a-z]+$", default: "none" },
    state: { enum: ["open", "closed"] },
    when: { anyOf: [{ type: "string", format: "date" }, { type: "integer" }] },
    address: { $ref: "#/$defs/address" },
  },
  required: ["id"],
  additionalProperties: false,
  $defs: {
    address: {
      type: "object",
      properties: { city: { type: "string" }, zip: { type: "string", minLength: 4 } },
      required: ["city"],
    },
  },
};

async function toolsOf(servers: TestServers, options: Partial<StructuredToolsOptions> = {}) {
  const { client, calls } = clientWith(servers);
  const { tools } = await client.listMcpTools({ system: true });
  return { tools: structuredTools(client, tools, { user: alice, ...options }), calls, client };
}

async function oneTool(
  tool: Partial<Tool> = {},
  more: { call?: TestServers["call"]; options?: Partial<StructuredToolsOptions> } = {},
) {
  const tools = { orders: [{ name: "find", inputSchema, ...tool }] };
  const call = more.call;
  const made = await toolsOf({ tools, ...(call && { call }) }, more.options);
  const [first] = made.tools;
  if (first === undefined) throw new Error("There is no tool");
  return { tool: first, calls: made.calls };
}

const toolCall = (args: object) => ({ type: "tool_call" as const, id: "c1", name: "find", args });

describe("structuredTools", () => {
  it("makes tools that LangChain takes for its own, with the server's schema unchanged", async () => {
    const { tool } = await oneTool({ description: "Finds an order" });
    expect(isStructuredTool(tool)).toBe(true);
    expect(convertToOpenAITool(tool)).toEqual({
      type: "function",
      function: { name: "find", description: "Finds an order", parameters: inputSchema },
    });
    await tool.invoke({ id: 1, address: { city: "Ulm" } });
    expect(JSON.stringify(tool.schema)).toBe(JSON.stringify(inputSchema));
  });

  it("gives an object schema without properties an empty list of them, as providers want it", async () => {
    const { tool } = await oneTool({ inputSchema: { type: "object" } });
    expect(tool.schema).toEqual({ type: "object", properties: {} });
    expect(await tool.invoke({})).toBe("done");
  });

  it("does not touch the tools that it is given, which may be frozen", async () => {
    const { client, calls } = clientWith({ tools: { orders: [{ name: "find", inputSchema }] } });
    const { tools } = await client.listMcpTools({ system: true });
    const frozen = deepFreeze(tools);
    const [tool] = structuredTools(client, frozen, { user: alice });
    expect(await tool?.invoke({ id: 1, note: null })).toBe("done");
    expect(calls[0]?.args).toEqual({ id: 1 });
  });

  it("calls with the arguments of the model, without optional ones that are null", async () => {
    const { tool, calls } = await oneTool();
    const args = { id: 3, note: null, state: "open", when: 5, address: { city: "Ulm", zip: null } };
    await tool.invoke(toolCall(args));
    await tool.invoke(args);
    const sent = { id: 3, state: "open", when: 5, address: { city: "Ulm" } };
    expect(calls.map(({ args }) => args)).toEqual([sent, sent]);
  });

  it.each([
    [{}, /required property "id"/],
    [{ id: null }, /null/],
    [{ id: 0 }, /0 is less than 1/],
    [{ id: "1" }, /Expected "integer"/],
    [{ id: 1, note: "toolong" }, /too long/],
    [{ id: 1, note: "A" }, /pattern/],
    [{ id: 1, state: "lost" }, /enum/],
    [{ id: 1, when: true }, /any subschemas/],
    [{ id: 1, address: { zip: "89073" } }, /required property "city"/],
    [{ id: 1, address: { city: "Ulm", zip: "1" } }, /too short/],
    [{ id: 1, more: 1 }, /more/],
  ])("refuses the arguments %o before anything is sent, and says why", async (args, reason) => {
    const { tool, calls } = await oneTool();
    const error = await tool.invoke(toolCall(args)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ToolInputParsingException);
    expect(String(error)).toMatch(reason);
    expect(calls).toEqual([]);
  });

  it("tells the model what a tool returns", async () => {
    const outputSchema = { type: "object" as const, properties: { total: { type: "number" } } };
    const shown = `Returns JSON that fits this schema:\n${JSON.stringify(outputSchema)}`;
    const { tool } = await oneTool({ description: "Finds", outputSchema });
    expect(tool.description).toBe(`Finds\n\n${shown}`);
    const { tool: silent } = await oneTool({ outputSchema });
    expect(silent.description).toBe(shown);
    const { tool: titled } = await oneTool({ title: "Find an order" });
    expect(titled.description).toBe("Find an order");
  });

  it("says in its metadata which tool of which server it is", async () => {
    const annotations = { destructiveHint: true };
    const { tool } = await oneTool({ name: "orders/find", title: "Find", annotations });
    expect(tool.name).toBe("orders_find");
    expect(tool.metadata).toEqual({
      mcpServer: "orders",
      mcpTool: "orders/find",
      title: "Find",
      annotations,
    });
  });

  it("calls each server's tool of a name that several have", async () => {
    const list = { name: "list", inputSchema: { type: "object" as const } };
    const { tools, calls } = await toolsOf({ tools: { orders: [list], invoices: [list] } });
    for (const tool of tools) await tool.invoke({});
    expect(tools.map(({ name }) => name).sort()).toEqual(["invoices_list", "orders_list"]);
    expect(calls.map(({ server }) => server).sort()).toEqual(["invoices", "orders"]);
  });
});

describe("the user of structuredTools", () => {
  it("is asked for at each call, with the config of the run", async () => {
    const user: StructuredToolsOptions["user"] = async ({ configurable, context }) => ({
      userToken: configurable?.user ?? context?.user,
    });
    const { tool, calls } = await oneTool({}, { options: { user } });
    await Promise.all([
      tool.invoke({ id: 1 }, { configurable: { user: "alice" } }),
      tool.invoke({ id: 2 }, { context: { user: "bob" } } as object),
    ]);
    await tool.invoke({ id: 3 }, { configurable: { user: "bob" } });
    const tokens = calls.map(({ args, authorization }) => [Object(args).id, authorization]);
    expect(tokens.sort()).toEqual([
      [1, "Bearer at-alice"],
      [2, "Bearer at-bob"],
      [3, "Bearer at-bob"],
    ]);
  });

  it("may be one for all calls, or the agent itself", async () => {
    const { tool, calls } = await oneTool({}, { options: { user: { system: true } } });
    await tool.invoke({ id: 1 });
    const own = await oneTool();
    await own.tool.invoke({ id: 1 });
    expect(calls[0]?.authorization).toBe("Bearer at-system");
    expect(own.calls[0]?.authorization).toBe("Bearer at-alice");
  });

  it("is never the agent itself because a run names no user", async () => {
    const { tool, calls } = await oneTool({}, { options: { user: () => undefined } });
    await expect(tool.invoke({ id: 1 })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
      message: expect.stringContaining('Cannot call the tool "find": the function "user" found'),
    });
    expect(calls).toEqual([]);
  });

  it.each([
    [{}],
    [{ userToken: undefined }],
    [{ userToken: "" }],
    [{ userTokn: "x" }],
    [{ ...alice, timeoutMs: 1 }],
    ["alice"],
  ])("is refused if the function returns %o", async (found) => {
    const { tool, calls } = await oneTool({}, { options: { user: () => found as never } });
    await expect(tool.invoke({ id: 1 })).rejects.toThrow(TypeError);
    expect(calls).toEqual([]);
  });

  it("hides the error of the function, which a framework would show to the model", async () => {
    const user = () => {
      throw new Error("sentinel-secret");
    };
    const { tool } = await oneTool({}, { options: { user } });
    const error = await tool.invoke({ id: 1 }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).not.toContain("sentinel");
  });

  it("passes token errors of the function through", async () => {
    const failure = new TokenError("ERR_TOKEN_NOT_READY", "Cannot wait");
    const { tool } = await oneTool({}, { options: { user: () => Promise.reject(failure) } });
    await expect(tool.invoke({ id: 1 })).rejects.toBe(failure);
  });
});

describe("the result of structuredTools", () => {
  it("is the tool's text, and the whole result as its artifact", async () => {
    const result = textResult("17 is open", { structuredContent: { id: 17 }, _meta: { a: 1 } });
    const { tool } = await oneTool({}, { call: () => result });
    expect(await tool.invoke({ id: 17 })).toBe("17 is open");
    expect(await tool.invoke(toolCall({ id: 17 }))).toMatchObject({
      content: "17 is open",
      status: "success",
      tool_call_id: "c1",
      artifact: { ...result, isError: false, text: "17 is open" },
    });
  });

  it("is the structured content if there is nothing else", async () => {
    const call = () => ({ content: [], structuredContent: { id: 17 } });
    const { tool } = await oneTool({}, { call });
    expect(await tool.invoke({ id: 17 })).toBe('{"id":17}');
    const { tool: silent } = await oneTool({}, { call: () => ({ content: [] }) });
    expect(await silent.invoke({ id: 17 })).toBe("");
  });

  it("has images as models take them, and names what they do not read", async () => {
    const content: CallToolResult["content"] = [
      { type: "text", text: "a" },
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "audio", mimeType: "audio/wav", data: "BBBB" },
      { type: "resource", resource: { uri: "file:///b.txt", text: "b" } },
      { type: "resource", resource: { uri: "file:///c", mimeType: "x/y", blob: "CCCC" } },
      { type: "resource_link", name: "d", description: "about d", uri: "https://d.example" },
    ];
    const { tool } = await oneTool({}, { call: () => ({ content }) });
    const message = await tool.invoke(toolCall({ id: 1 }));
    expect(message).toMatchObject({ artifact: { content } });
    expect(Object(message).content).toEqual([
      { type: "text", text: "a" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "text", text: "[audio/wav: not shown]" },
      { type: "text", text: "b" },
      { type: "text", text: "[x/y, file:///c: not shown]" },
      { type: "text", text: "d\nabout d\nhttps://d.example" },
    ]);
  });

  it("joins several texts", async () => {
    const content = ["a", "b"].map((text) => ({ type: "text" as const, text }));
    const { tool } = await oneTool({}, { call: () => ({ content }) });
    expect(await tool.invoke({ id: 1 })).toBe("a\nb");
  });
});

describe("failures of structuredTools", () => {
  const failing = () => textResult("no such order", { isError: true, structuredContent: { a: 1 } });
  const broken = () => {
    throw new Error("out of orders");
  };

  it("are thrown, what the tool says and what the call met", async () => {
    const { tool } = await oneTool({}, { call: failing });
    const error = await tool.invoke(toolCall({ id: 1 })).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(McpToolError);
    expect(error).toMatchObject({
      message: "no such order",
      result: { isError: true, structuredContent: { a: 1 } },
    });
    const { tool: other } = await oneTool({}, { call: broken });
    await expect(other.invoke({ id: 1 })).rejects.toThrow("out of orders");
  });

  it.each([
    ["what the tool says", failing, "no such order"],
    [
      "a tool without words",
      () => ({ content: [], isError: true }),
      "The tool failed and does not say why",
    ],
    ["a JSON-RPC error", broken, expect.stringContaining("out of orders")],
  ])("become messages by option: %s", async (_, call, content) => {
    const { tool } = await oneTool({}, { call, options: { toolErrors: "message" } });
    const message = await tool.invoke(toolCall({ id: 1 }));
    expect(message).toMatchObject({ content, status: "error", tool_call_id: "c1", name: "find" });
    expect(await tool.invoke({ id: 1 })).toEqual(content);
  });

  it("keep the whole result of the tool in the message", async () => {
    const { tool } = await oneTool({}, { call: failing, options: { toolErrors: "message" } });
    const message = await tool.invoke(toolCall({ id: 1 }));
    expect(message).toMatchObject({ artifact: { isError: true, structuredContent: { a: 1 } } });
  });

  it("become messages too if there is no token, and not if the program is wrong", async () => {
    const options = { toolErrors: "message" } as const;
    const { tool } = await oneTool({}, { options: { ...options, user: () => undefined } });
    expect(await tool.invoke(toolCall({ id: 1 }))).toMatchObject({
      status: "error",
      content: expect.stringContaining("found no user"),
    });
    const { tool: wrong } = await oneTool(
      {},
      { options: { ...options, user: () => ({}) as never } },
    );
    await expect(wrong.invoke(toolCall({ id: 1 }))).rejects.toThrow(TypeError);
  });

  it.each(["throw", "message"] as const)(
    "of an aborted run are thrown with %j",
    async (toolErrors) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const call = () =>
        new Promise<CallToolResult>(() => {
          controller.abort(reason);
        });
      const { tool, calls } = await oneTool({}, { call, options: { toolErrors } });
      const { signal } = controller;
      await expect(tool.invoke(toolCall({ id: 1 }), { signal })).rejects.toBe(reason);
      await expect(tool.invoke(toolCall({ id: 1 }), { signal })).rejects.toBe(reason);
      expect(calls).toHaveLength(1);
    },
  );
});

describe("the arguments of structuredTools", () => {
  const client = { callMcpTool() {} };
  it.each([
    [{}, [], { user: alice }, "the first argument must be a client"],
    [undefined, [], { user: alice }, "the first argument must be a client"],
    [client, undefined, { user: alice }, "the second argument must be the list of tools"],
    [client, { tools: [] }, { user: alice }, "the second argument must be the list of tools"],
    [client, [], undefined, '"user" must be'],
    [client, [], {}, '"user" must be'],
    [client, [], { user: "alice" }, '"user" must be'],
    [client, [], { user: { userTokn: "x" } }, 'did you mean "userToken"'],
    [client, [], { user: alice, toolError: "throw" }, 'did you mean "toolErrors"'],
    [
      client,
      [],
      { user: alice, toolErrors: "swallow" },
      '"toolErrors" must be "throw" or "message"',
    ],
  ])("%#: are checked", (given, tools, options, text) => {
    const make = () => structuredTools(given as never, tools as never, options as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`Cannot make LangChain tools: ${text.startsWith("did") ? "" : text}`);
    expect(make).toThrow(text);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
