import { describe, expect, it } from "vitest";
import { keyDigest } from "./session-key.ts";

describe("keyDigest", () => {
  it("holds neither a name nor a token", () => {
    const text = keyDigest({ name: "alice of example", subjectToken: "sentinel-token" });
    expect(text).not.toMatch(/alice|sentinel/);
  });

  it.each([
    ["another name", { name: "b", subjectToken: "t" }],
    ["another token", { name: "a", subjectToken: "u" }],
    ["no token", { name: "a", subjectToken: undefined }],
    ["a name with the token in it", { name: 'a","t', subjectToken: undefined }],
  ])("differs for %s", (_, other) => {
    expect(keyDigest(other)).not.toBe(keyDigest({ name: "a", subjectToken: "t" }));
  });
});
