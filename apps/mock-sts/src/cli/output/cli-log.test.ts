import { describe, expect, it } from "vitest";
import { createLog } from "./cli-log.ts";

describe("createLog", () => {
  it("keeps a line of JSON one line of ASCII, and says the same", () => {
    let printed = "";
    const print = (text: string) => {
      printed += text;
    };
    const message = "a\n\u001b[31m\u0085\u009b\u2028ü\ud83d\ude00";
    createLog("json", { print, colors: false }).event({ event: "test", message });
    expect(printed).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(printed)).toMatchObject({ event: "test", message });
  });
});
