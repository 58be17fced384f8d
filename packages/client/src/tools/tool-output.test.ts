import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { SENTINEL, type SeenRequest } from "../mcp-server.test-support.ts";

const alice = { userToken: "alice" };
const ERAS = ["session", "sessionless", "modern"] as const;
type Era = (typeof ERAS)[number];

const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;

/** Calls a tool whose server writes the result itself, as JSON or in an event stream. */
async function calling(era: Era, result: object, form: "json" | "stream" = "json") {
  const server = await serverOf({ era });
  server.behaviour.refuse = (seen) => {
    if (seen.rpc !== "tools/call") return undefined;
    const message = {
      jsonrpc: "2.0",
      id: idOf(seen),
      result: { resultType: "complete", ...result },
    };
    const text = JSON.stringify(message);
    return form === "json"
      ? { status: 200, body: text }
      : {
          status: 200,
          body: `data: ${text}\n\n`,
          headers: { "content-type": "text/event-stream" },
        };
  };
  const { client, refs } = clientOf([server]);
  return client.callMcpTool({ name: "t", server: refs[0] }, {}, alice);
}

const TEXT = { type: "text", text: "ü" };
const LINK = { type: "resource_link", uri: "x:y", name: "n" };
const IMAGE = { type: "image", data: "AAAA", mimeType: "image/png" };

describe("the result of a tool", () => {
  it.each<[string, object, object]>([
    ["null for annotations", { ...TEXT, annotations: null, _meta: null }, TEXT],
    [
      "null in annotations",
      { ...TEXT, annotations: { audience: null, priority: 1, lastModified: null } },
      { ...TEXT, annotations: { priority: 1 } },
    ],
    [
      "null in a link",
      { ...LINK, title: null, description: null, mimeType: null, size: null, icons: null },
      LINK,
    ],
    ["null in an image", { ...IMAGE, annotations: null }, IMAGE],
    [
      "null in a resource",
      { type: "resource", resource: { uri: "x:y", text: "a", mimeType: null, _meta: null } },
      { type: "resource", resource: { uri: "x:y", text: "a" } },
    ],
  ])("may have %s in a block", async (_, block, seen) => {
    for (const era of ERAS) {
      for (const form of ["json", "stream"] as const) {
        const result = await calling(era, { content: [TEXT, block] }, form);
        expect(result.content).toEqual([TEXT, seen]);
        expect(result).not.toHaveProperty("failures");
      }
    }
  });

  it("may have null for its own members", async () => {
    for (const era of ERAS) {
      for (const form of ["json", "stream"] as const) {
        const result = await calling(era, { content: [TEXT], isError: null, _meta: null }, form);
        expect(result).toEqual({ content: [TEXT], isError: false, text: "ü" });
      }
    }
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      "an unknown type",
      { type: "video", url: SENTINEL },
      "content[1]",
      /of a type that .* not know/,
    ],
    ["no type", { text: SENTINEL }, "content[1]", /of a type that .* not know/],
    ["a text that is none", { type: "text", text: 5 }, "content[1]", /its "text" is a number/],
    ["a text that is missing", { type: "text" }, "content[1]", /its "text" is missing/],
    ["data that are no Base64", { ...IMAGE, data: `${SENTINEL}!` }, "content[1]", /its "data"/],
    ["no object", SENTINEL, "content[1]", /is a string/],
    ["null", null, "content[1]", /is null/],
  ])("keeps all other blocks beside one with %s", async (_, block, member, reason) => {
    for (const era of ERAS) {
      const result = await calling(era, { content: [TEXT, block, LINK] });
      expect(result.content).toEqual([TEXT, LINK]);
      expect(result.failures).toMatchObject([{ member, error: { code: "ERR_TOKEN_RESPONSE" } }]);
      const message = String(result.failures?.[0]?.error);
      expect(message).toContain('call the tool "t" of the MCP server "server-0"');
      expect(message).toMatch(reason);
      expect(inspect(result, { depth: null, showHidden: true })).not.toContain(SENTINEL);
    }
  });

  it("keeps a block whose hints are wrong, without them", async () => {
    const odd = { ...LINK, annotations: { priority: 7 }, size: "big", icons: [{}] };
    const result = await calling("session", { content: [odd] });
    expect(result.content).toEqual([LINK]);
    expect(result.failures?.map(({ member }) => member).toSorted()).toEqual([
      "content[0].annotations",
      "content[0].icons",
      "content[0].size",
    ]);
  });

  it("needs no content beside structured content", async () => {
    const result = await calling("session", { content: null, structuredContent: { a: null } });
    expect(result).toEqual({
      content: [],
      structuredContent: { a: null },
      isError: false,
      text: "",
    });
  });

  it("may have any structured content, but only an object before 2026", async () => {
    for (const value of [[1], "x", 5]) {
      const modern = await calling("modern", { content: [TEXT], structuredContent: value });
      expect(modern.structuredContent).toEqual(value);
      const old = await calling("session", { content: [TEXT], structuredContent: value });
      expect(old).not.toHaveProperty("structuredContent");
      expect(old.failures).toMatchObject([{ member: "structuredContent" }]);
    }
    const modern = await calling("modern", { content: [TEXT], structuredContent: null });
    expect(modern.structuredContent).toBe(null);
    const old = await calling("session", { content: [TEXT], structuredContent: null });
    expect(old).toEqual({ content: [TEXT], isError: false, text: "ü" });
  });
});
