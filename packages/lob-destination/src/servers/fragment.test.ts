import { describe, expect, it } from "vitest";
import { fragmentsOf, textProperty } from "./fragment.ts";

describe("fragmentsOf", () => {
  it("reads names and URLs, however they are spelt, and sorts by name", () => {
    const body = [
      { FragmentName: "c", URL: " https://c " },
      { fragmentName: "a", url: "https://a" },
      { FRAGMENTNAME: "b", Url: "https://b" },
      { FragmentName: "d", URL: 1 },
      { FragmentName: "e" },
    ];
    expect(fragmentsOf(body)).toEqual([
      { name: "a", url: "https://a" },
      { name: "b", url: "https://b" },
      { name: "c", url: "https://c" },
      { name: "d", url: "" },
      { name: "e", url: "" },
    ]);
  });

  it.each([
    undefined,
    null,
    {},
    "text",
    [null],
    [{}],
    [{ FragmentName: " " }],
    [{ FragmentName: "a" }, { URL: "https://x" }],
  ])("reads no list of fragments in %j", (body) => {
    expect(fragmentsOf(body)).toBeUndefined();
  });
});

describe("textProperty", () => {
  it("prefers the exact spelling", () => {
    expect(textProperty({ url: "a", URL: "b" }, "URL")).toBe("b");
    expect(textProperty({ url: "a" }, "constructor")).toBe("");
  });
});
