import { describe, expect, it } from "vitest";
import { mendMessage } from "./mended-message.ts";

const rpc = (more: object) => ({ jsonrpc: "2.0", ...more });
const error = { code: -32000, message: "no" };

describe("mendMessage", () => {
  it.each<[string, string, unknown, unknown]>([
    ["an error without an id", "tools/call", rpc({ error }), rpc({ id: 7, error })],
    [
      "an error with null for its id",
      "tools/call",
      rpc({ id: null, error }),
      rpc({ id: 7, error }),
    ],
    [
      "null beside an error",
      "tools/call",
      rpc({ id: 7, result: null, error }),
      rpc({ id: 7, error }),
    ],
    [
      "null beside a result",
      "tools/call",
      rpc({ id: 7, result: { content: [] }, error: null }),
      rpc({ id: 7, result: { content: [] } }),
    ],
    [
      "null in a result, but not in what a tool returned",
      "tools/call",
      rpc({
        id: 7,
        result: { _meta: null, isError: null, structuredContent: null, a: { b: null } },
      }),
      rpc({ id: 7, result: { structuredContent: null, a: { b: null } } }),
    ],
    [
      "null in what a server says of itself, at any depth",
      "initialize",
      rpc({ id: 7, result: { a: null, b: { c: null, d: [{ e: null }, null] } } }),
      rpc({ id: 7, result: { b: { d: [{}, null] } } }),
    ],
    [
      "null in a notification",
      "tools/call",
      rpc({ method: "notifications/progress", params: { progress: 1, total: null } }),
      rpc({ method: "notifications/progress", params: { progress: 1 } }),
    ],
    ["each of several messages", "tools/call", [rpc({ error })], [rpc({ id: 7, error })]],
  ])("mends %s", (_, method, message, mended) => {
    expect(mendMessage(message, { id: 7, method })).toBe(true);
    expect(message).toEqual(mended);
  });

  it.each([
    ["an error with another id", rpc({ id: "server-error", error })],
    ["a good result", rpc({ id: 7, result: { content: [{ type: "text", text: "x" }] } })],
    ["a good notification", rpc({ method: "notifications/progress", params: { progress: 1 } })],
    ["a result without an id", rpc({ result: {} })],
    ["a text", "null"],
    ["null", null],
    ["an empty list", []],
  ])("changes nothing of %s", (_, message) => {
    const before = structuredClone(message);
    expect(mendMessage(message, { id: 7, method: "tools/call" })).toBe(false);
    expect(message).toEqual(before);
  });

  it("gives an error no id where nothing was asked", () => {
    const message = rpc({ error });
    mendMessage(message, { id: undefined, method: undefined });
    expect(message).toEqual(rpc({ error }));
  });
});
