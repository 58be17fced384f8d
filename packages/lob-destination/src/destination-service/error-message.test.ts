import { describe, expect, it } from "vitest";
import { errorMessageOf, quoted } from "./error-message.ts";

describe("errorMessageOf", () => {
  it.each([
    [{ ErrorMessage: "text" }, "text"],
    [{ error: "text" }, undefined],
    [{ ErrorMessage: 1 }, undefined],
    ["text", undefined],
    [undefined, undefined],
  ])("reads %j", (body, text) => {
    expect(errorMessageOf(body)).toBe(text);
  });
});

describe("quoted", () => {
  it.each([
    ["Configuration with the specified name was not found", []],
    ["fragment sap-managed-runtime-agw-subscriber-ias-user-0b4fd7fc-5a0c-4a4e is absent", []],
    ["of the token abc", ["the-user-is-another-one"]],
  ])("repeats %j", (text, secrets) => {
    expect(quoted(text, secrets)).toBe(`: ${JSON.stringify(text)}`);
  });

  it("keeps control characters out of messages, and cuts", () => {
    expect(quoted('a\n"b"', [])).toBe(': "a\\n\\"b\\""');
    expect(quoted("a\u202eb", [])).toBe(': "a\\u{202e}b"');
    const long = quoted(`${"ab ".repeat(1_000)}the end`, []);
    expect(long).toMatch(/^: "ab .* \[…\] .* the end"$/);
    expect(long).toHaveLength(504);
  });

  it.each([
    ["", []],
    ["bad token eyJhbGciOiJub25lIn0", []],
    ["client secret 0123456789abcdef0123456789abcdef is wrong", []],
    ["the assertion user-token-parts is old", ["prefix-user-token-parts-suffix"]],
    ["wrong password short", ["short"]],
  ])("does not repeat %j", (text, secrets) => {
    expect(quoted(text, secrets)).toBe("");
  });
});
