import { describe, expect, it } from "vitest";
import { runStsDemo } from "./sts-demo.ts";

describe("runStsDemo", () => {
  it("exchanges one token for each user and audience, and alice's again", async () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) };
    expect(await runStsDemo(output)).toEqual({ toolCalls: 200, tokenRequests: 6 });
    const text = written.join("");
    expect(text.trimEnd().split("\n").at(-1)).toBe("demo: ok, 6 token requests for 200 tool calls");
    expect(text).toMatch(/^both work at the same time +120 +120 +0 +120 /m);
    expect(text).not.toMatch(/eyJ|PRIVATE KEY/);
  });
});
