import { describe, expect, it } from "vitest";
import { runCustomerDemo } from "./customer-demo.ts";

function recordingOutput(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

describe("runCustomerDemo", () => {
  it("calls 200 tools with five token requests", async () => {
    const output = recordingOutput(false);
    expect(await runCustomerDemo(output)).toEqual({ toolCalls: 200, tokenRequests: 5 });
    const lines = output.written.join("").trimEnd().split("\n");
    expect(lines.at(-1)).toBe("demo: ok, 5 token requests for 200 tool calls");
    expect(output.written.join("")).not.toMatch(/eyJ|PRIVATE KEY/);
    expect(output.written.join("")).not.toContain("\r");
  });

  it("sends one HTTP request per tool call once it knows the servers", async () => {
    const output = recordingOutput(false);
    await runCustomerDemo(output);
    const row = output.written.find((text) => text.startsWith("both work at the same time"));
    expect(row).toMatch(/ 80 +80 +0 +80 /);
  });

  it("draws over its own progress on a terminal", async () => {
    const output = recordingOutput(true);
    await runCustomerDemo(output);
    const screen = output.written
      .join("")
      .split("\n")
      .map((line) => line.split("\r\x1b[K").at(-1));
    expect(screen.filter((line) => line?.startsWith("both work"))).toHaveLength(1);
    expect(screen.at(-2)).toBe("demo: ok, 5 token requests for 200 tool calls");
  });
});
