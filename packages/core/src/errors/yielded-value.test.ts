import { describe, expect, it } from "vitest";
import { yieldedText, yieldedValue } from "./yielded-value.ts";

const by = { option: "tenant", doing: "make the call", advice: "it must return a tenant" };
const thrown = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("yieldedText", () => {
  it("returns a text", () => {
    expect(yieldedText(" a ", by)).toBe(" a ");
  });

  it.each([
    ["a blank string", " \n"],
    ["a number", 7],
    ["undefined", undefined],
    ["null", null],
    ["an object", { token: "s3cret" }],
    ["a function", () => "s3cret"],
    ['a promise (is an "await" missing?)', Promise.resolve("s3cret")],
  ])("names %s, and what to do", (found, value) => {
    expect(thrown(() => yieldedText(value, by))).toMatchObject({
      name: "TokenError",
      code: "ERR_TOKEN_PROVIDER",
      message: `Cannot make the call: the function "tenant" returned ${found}; it must return a tenant`,
    });
  });
});

describe("yieldedValue", () => {
  it("returns what the check returns", () => {
    expect(yieldedValue("key", () => 5)).toBe(5);
  });

  it.each([new TypeError("Cannot x: y"), new RangeError("Cannot x: y")])(
    "turns a %s into a token error, since it is no mistaken argument",
    (mistake) => {
      const check = () => {
        throw mistake;
      };
      expect(thrown(() => yieldedValue("key", check))).toMatchObject({
        code: "ERR_TOKEN_PROVIDER",
        message: 'Cannot x: y; this is what the function "key" returned',
      });
    },
  );

  it("passes on every other error", () => {
    const other = new Error("other");
    const check = () => {
      throw other;
    };
    expect(thrown(() => yieldedValue("key", check))).toBe(other);
  });
});
