import { describe, expect, it } from "vitest";
import { listedNames, listedReasons, shownName } from "./listed-names.ts";

const many = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}`);

describe("listedNames", () => {
  it.each([
    [0, "none"],
    [1, '"n1"'],
    [5, '"n1", "n2", "n3", "n4", "n5"'],
    [6, '"n1", "n2", "n3", "n4", "n5" and 1 more'],
    [25_000, '"n1", "n2", "n3", "n4", "n5" and 24,995 more'],
  ])("lists %i", (count, text) => {
    expect(listedNames(many(count))).toBe(text);
  });

  it("stays short whatever the names are", () => {
    const longest = Array.from({ length: 1_000 }, () => "\u0001".repeat(100_000));
    expect(listedNames(longest).length).toBeLessThan(5 * 6 * 81 + 50);
  });
});

describe("listedReasons", () => {
  it("lists five and counts the others", () => {
    expect(listedReasons(many(5))).toBe("n1; n2; n3; n4; n5");
    expect(listedReasons(many(1_006))).toBe("n1; n2; n3; n4; n5; and 1,001 more");
  });
});

describe("shownName", () => {
  it.each([
    [79, "x".repeat(79)],
    [80, "x".repeat(80)],
    [81, `${"x".repeat(80)}…`],
  ])("shows a name of %i characters", (length, text) => {
    expect(shownName("x".repeat(length))).toBe(JSON.stringify(text));
  });

  it.each(["weather", "get.weather-v2 (beta)", "a/b:c@d", "weather\n", 'a"b', "a\\b", "é", ""])(
    "writes %j as JSON does",
    (name) => {
      expect(shownName(name)).toBe(JSON.stringify(name));
    },
  );

  it("escapes what a log or terminal would obey", () => {
    expect(shownName('a"b\n\u001b[31m\u009b\u2028\u202e\u{e0001}é')).toBe(
      '"a\\"b\\n\\u001b[31m\\u009b\\u2028\\u202e\\udb40\\udc01é"',
    );
  });

  it("cuts a character in two without making a text that cannot be encoded", () => {
    const name = shownName(`${"x".repeat(79)}😀`);
    expect(name).toBe(`"${"x".repeat(79)}\\ud83d…"`);
    expect(name.isWellFormed()).toBe(true);
  });
});
