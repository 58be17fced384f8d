import type { McpTool } from "@agent-oauth/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelNames } from "./model-names.ts";

function tool(name: string, server = "orders", url = `https://${server}.example/mcp`): McpTool {
  return {
    name,
    description: "",
    inputSchema: { type: "object" },
    server: { name: server, url },
    serverName: server,
  };
}

describe("modelNames", () => {
  it("keeps names that a model can call and that stand once", () => {
    expect(modelNames([tool("find_order"), tool("cancel-order"), tool("_x1")])).toEqual([
      "find_order",
      "cancel-order",
      "_x1",
    ]);
  });

  it.each([
    ["orders/find", "orders_find"],
    ["orders.find v2", "orders_find_v2"],
    ["größe", "gr__e"],
    ["2fa", "_2fa"],
    ["-x", "_-x"],
    ["", "_"],
  ])("makes %j valid", (name, valid) => {
    expect(modelNames([tool(name)])).toEqual([valid]);
  });

  it("puts the server before every tool that shares a name, in whatever order they come", () => {
    const [mine, theirs, other] = [tool("list"), tool("list", "invoices"), tool("get")] as const;
    expect(modelNames([mine, theirs, other])).toEqual(["orders_list", "invoices_list", "get"]);
    expect(modelNames([other, theirs, mine])).toEqual(["get", "invoices_list", "orders_list"]);
  });

  it.each([
    ["of one server whose names become the same", [tool("a.b"), tool("a/b")]],
    [
      "of two servers of one name",
      [tool("list", "crm", "https://a.example"), tool("list", "crm", "https://b.example")],
    ],
    ["whose server's name makes another tool's", [tool("list"), tool("list", "x"), tool("x_list")]],
  ])("tells tools apart %s", (_, tools) => {
    const names = modelNames(tools);
    expect(new Set(names).size).toBe(tools.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z_][\w-]{0,63}$/);
    expect(modelNames(tools.toReversed())).toEqual(names.toReversed());
  });

  it.each([63, 64, 65, 200])(
    "cuts a name of %i characters and keeps it apart from others",
    (length) => {
      const [one, other] = ["a", "b"].map((end) => tool("x".repeat(length - 1) + end)) as [
        McpTool,
        McpTool,
      ];
      const names = modelNames([one, other]);
      expect(new Set(names).size).toBe(2);
      for (const name of names) expect(name.length).toBe(Math.min(length, 64));
      expect(modelNames([one])).toEqual([names[0]]);
    },
  );

  it("names any tools validly, apart, and alike in every order", () => {
    const text = fc.oneof(fc.constantFrom("a", "b", "a_b", "a.b", "a/b"), fc.string());
    const distinct = fc.uniqueArray(fc.tuple(text, text), {
      selector: ([server, name]) => JSON.stringify([server, name]),
    });
    fc.assert(
      fc.property(distinct, (pairs) => {
        const tools = pairs.map(([server, name]) => tool(name, server));
        const names = modelNames(tools);
        expect(new Set(names).size).toBe(tools.length);
        for (const name of names) expect(name).toMatch(/^[A-Za-z_][\w-]{0,63}$/);
        expect(modelNames(tools.toReversed())).toEqual(names.toReversed());
      }),
    );
  });

  it("refuses a tool that stands in the list twice", () => {
    expect(() => modelNames([tool("list"), tool("list")])).toThrow(
      new TypeError(
        'Cannot make LangChain tools: the tool "list" of the server "orders" is in the list twice',
      ),
    );
  });
});
