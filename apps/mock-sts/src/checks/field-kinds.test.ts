import { describe, expect, it } from "vitest";
import { type FieldKind, violationOf } from "./field-kinds.ts";
import { checkFields } from "./fields.ts";

const within: Record<string, unknown> = {};
within.self = within;
const shared = { a: [1] };

describe("violationOf", () => {
  it.each<[FieldKind, readonly unknown[], readonly unknown[]]>([
    ["text", ["a", "a b"], ["", " ", "a\n", "a\tb", "a\u0000", "a\u0085", 5, null, ["a"], {}]],
    ["prose", ["", "a\nb"], [5, null, ["a"], {}]],
    ["flag", [true, false], [0, 1, null, "true", [], {}]],
    ["number", [0, -1.5], [Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null, []]],
    ["texts", [[], ["a"]], ["a", [""], ["a", 5], [null], null, {}]],
    ["text or texts", ["a", ["a"], []], ["", [" "], 5, null, {}]],
    ["list", [[], [5]], ["a", {}, null, new Set()]],
    ["function", [() => {}, async () => {}], [null, "a", {}]],
    [
      "members",
      [{}, { a: undefined }, { a: null, b: [1, { c: "" }], d: true }, { a: shared, b: shared }],
      [null, [], "a", { a: () => {} }, { a: 1n }, { a: new Date(0) }, { a: [Number.NaN] }, within],
    ],
    ["other", [null, 5], []],
  ])("knows values of the kind %s", (kind, good, bad) => {
    for (const value of good) expect([value, violationOf(value, kind)]).toEqual([value, undefined]);
    for (const value of bad) expect([value, violationOf(value, kind)]).not.toContain(undefined);
  });
});

describe("checkFields", () => {
  it.each([
    ["option", 'Cannot do it: "on" must be true or false'],
    ["setting", 'Cannot do it: setting "on" must be true or false'],
  ])("names the %s of another kind, and not its value", (field, message) => {
    const check = () =>
      checkFields({ on: "sentinel" }, { start: "Cannot do it:", names: { on: "flag" }, field });
    expect(check).toThrow(new TypeError(message));
  });
});
