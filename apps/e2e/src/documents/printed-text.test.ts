import { describe, expect, it } from "vitest";
import { isPrinted } from "./printed-text.ts";

describe("isPrinted", () => {
  it.each([
    ["a.b (1)", "a.b (1)\n", true],
    ["a.b", "axb", false],
    ["valid until …\nok", "valid until 2030\nok", true],
    ["first …", "first\nsecond", false],
    ["first …", "first \nsecond", true],
    ["ok", "ok\nmore", false],
    ["…ok", "more\nok", true],
  ])("%j for %j: %s", (shown, output, expected) => {
    expect(isPrinted(shown, output)).toBe(expected);
  });
});
