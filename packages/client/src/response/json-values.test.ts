import { describe, expect, it } from "vitest";
import { JsonValues } from "./json-values.ts";

const count = (...texts: string[]) => {
  const values = new JsonValues();
  return texts.reduce((sum, text) => sum + values.count(new TextEncoder().encode(text)), 0);
};

describe("JsonValues", () => {
  it.each([
    ["one text", '"a,b,[c]{d}"', 0],
    ["a list", "[1,2,3]", 3],
    ["nothing in a list", "[[],[],{}]", 6],
    ["an object", '{"a":1,"b":[2]}', 3],
    ["quotes in a text", '["a\\",\\"b",1]', 2],
    ["a backslash at the end of a text", '["a\\\\",1,2]', 3],
    ["letters of several bytes", '["é,ü","漢,字"]', 2],
  ])("counts %s", (_, text, values) => {
    expect(count(text)).toBe(values);
    // However the text is cut.
    expect(count(...text.split(/(?:)/u))).toBe(values);
  });

  it("is not led astray by a quote in an event stream", () => {
    expect(count(': "\n', "data: [1,2]\n\n")).toBe(2);
    expect(count('event: "\r', 'data: ["a,b",2]\r\r')).toBe(2);
    expect(count(': "\\\n', 'data: ["a,b",2]\n')).toBe(2);
  });
});
