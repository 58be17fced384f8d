import { describe, expect, it } from "vitest";
import { runLobDemo } from "./lob-demo.ts";

describe("runLobDemo", () => {
  it("calls 200 tools for the users of two tenants with 19 requests for tokens", async () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) };
    expect(await runLobDemo(output)).toEqual({ toolCalls: 200, tokenRequests: 19 });
    const text = written.join("");
    expect(text.trimEnd().split("\n").at(-1)).toBe(
      "demo: ok, 19 token requests for 200 tool calls",
    );
    expect(text).toMatch(/^all four work at the same time +80 +80 +0 +80 /m);
    expect(text).toMatch(/^certificate rotated, carol revoked +60 +64 +3 /m);
    expect(text).not.toMatch(/eyJ|PRIVATE KEY/);
  });
});
