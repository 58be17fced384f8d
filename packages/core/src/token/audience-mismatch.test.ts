import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { audienceMismatch } from "./audience-mismatch.ts";

const LONG = "x".repeat(201);

describe("audienceMismatch", () => {
  it.each([
    ["a", ["a"], undefined],
    [["b", "a"], ["a"], undefined],
    ["a", [], undefined],
    ["a", ["a", "b", "c"], { missing: ["b", "c"], aud: ["a"] }],
    ["https://a/", ["https://a"], { missing: ["https://a"], aud: ["https://a/"] }],
    [undefined, ["a"], { missing: ["a"], aud: [] }],
    [[1, "b"], ["a"], { missing: ["a"], aud: ["b"] }],
    [LONG, [LONG], undefined],
    [LONG, ["a"], { missing: ["a"], aud: ["x".repeat(200)] }],
    [Array(17).fill("b"), ["a"], { missing: ["a"], aud: Array(16).fill("b") }],
  ])("of aud %j for %j is %j", (aud, targets, expected) => {
    expect(audienceMismatch(unsignedJwt({ aud }), targets)).toEqual(expected);
  });

  it("is none of a token that cannot be read", () => {
    expect(audienceMismatch("opaque", ["a"])).toBeUndefined();
  });
});
