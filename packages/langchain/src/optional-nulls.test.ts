import { describe, expect, it } from "vitest";
import { withoutNulls } from "./optional-nulls.ts";

const text = { type: "string" };
const object = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
});

describe("withoutNulls", () => {
  it.each<[string, object, unknown, unknown]>([
    ["an optional member", object({ a: text, b: text }), { a: null, b: "x" }, { b: "x" }],
    ["not a required one", object({ a: text }, ["a"]), { a: null }, { a: null }],
    ["not an unknown one", object({}), { a: null }, { a: null }],
    [
      "not where null is a type",
      object({ a: { type: ["string", "null"] } }),
      { a: null },
      { a: null },
    ],
    [
      "not where a union takes it",
      object({ a: { anyOf: [text, { type: "null" }] } }),
      { a: null },
      { a: null },
    ],
    [
      "where no part of a union takes it",
      object({ a: { oneOf: [text, { type: "number" }] } }),
      { a: null },
      {},
    ],
    ["not where it is a value", object({ a: { enum: ["x", null] } }), { a: null }, { a: null }],
    ["where it is none of the values", object({ a: { enum: ["x"] } }), { a: null }, {}],
    ["where the value is another", object({ a: { const: "x" } }), { a: null }, {}],
    [
      "not where anything goes",
      object({ a: {}, b: true }),
      { a: null, b: null },
      { a: null, b: null },
    ],
    ["where all parts must take it", object({ a: { allOf: [{}, text] } }), { a: null }, {}],
    ["in nested objects", object({ a: object({ b: text }) }), { a: { b: null } }, { a: {} }],
    [
      "in lists",
      object({ a: { type: "array", items: object({ b: text }) } }),
      { a: [{ b: null }, { b: "x" }] },
      { a: [{}, { b: "x" }] },
    ],
    [
      "not an item of a list",
      object({ a: { type: "array", items: text } }),
      { a: [null] },
      { a: [null] },
    ],
    [
      "in the one object of a union",
      object({ a: { anyOf: [object({ b: text }), { type: "null" }] } }),
      { a: { b: null } },
      { a: {} },
    ],
    [
      "not where two objects are possible",
      object({ a: { anyOf: [object({ b: text }), object({ c: text })] } }),
      { a: { b: null } },
      { a: { b: null } },
    ],
    [
      "in what allOf adds",
      { allOf: [object({ a: text }), object({ b: text }, ["b"])] },
      { a: null, b: null },
      { b: null },
    ],
  ])("leaves out %s", (_, schema, value, expected) => {
    expect(withoutNulls(value, schema)).toEqual(expected);
  });

  it("follows references, also such that end nowhere, are not local, or go round in a circle", () => {
    const schema = {
      ...object({
        tree: { $ref: "#/$defs/tree" },
        odd: { $ref: "#/$defs/a~1b%20c" },
        gone: { $ref: "#/$defs/gone" },
        wrong: { $ref: "#/$defs/%" },
        far: { $ref: "https://x.example/schema" },
        round: { $ref: "#/$defs/round" },
      }),
      $defs: {
        tree: object({ name: text, child: { $ref: "#/$defs/tree" } }),
        "a/b c": text,
        round: { $ref: "#/$defs/round" },
      },
    };
    const value = {
      tree: { name: null, child: { name: "x", child: { name: null, child: null } } },
      odd: null,
      gone: null,
      wrong: null,
      far: null,
      round: null,
    };
    expect(withoutNulls(value, schema)).toEqual({
      tree: { child: { name: "x", child: {} } },
      gone: null,
      wrong: null,
      far: null,
      round: null,
    });
  });

  it.each([undefined, true, false, null, "x"])(
    "returns a value as it is for the schema %j",
    (schema) => {
      expect(withoutNulls({ a: null }, schema)).toEqual({ a: null });
      expect(withoutNulls("text", schema)).toBe("text");
    },
  );

  it("leaves the given value unchanged, and takes no member from a prototype", () => {
    const value = JSON.parse('{"a":null,"__proto__":{"b":1},"toString":null}');
    const before = JSON.stringify(value);
    expect(JSON.stringify(withoutNulls(value, object({ a: text })))).toBe(
      '{"__proto__":{"b":1},"toString":null}',
    );
    expect(JSON.stringify(value)).toBe(before);
  });
});
