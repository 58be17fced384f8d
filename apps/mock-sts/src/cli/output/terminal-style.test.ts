import { describe, expect, it } from "vitest";
import { createPaint, wantsColors } from "./terminal-style.ts";

describe("wantsColors", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  ])("with %j, at a terminal %s: %s", (environment, isTerminal, colors) => {
    expect(wantsColors(environment, isTerminal)).toBe(colors);
  });
});

describe("createPaint", () => {
  it("sets off a text, or leaves it as it is", () => {
    expect(createPaint({ colors: true })("red", "a")).toBe("\u001b[31ma\u001b[39m");
    expect(createPaint({ colors: false })("red", "a")).toBe("a");
  });
});
