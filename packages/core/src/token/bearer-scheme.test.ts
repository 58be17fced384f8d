import { describe, expect, it } from "vitest";
import { withoutBearer } from "./bearer-scheme.ts";

describe("withoutBearer", () => {
  it.each([
    ["Bearer abc", "abc"],
    [" bearer  BEARER abc ", "abc"],
    ["Bearer", ""],
    // It stands elsewhere than in front: a part of the token, or none.
    ["abc-bearer def", "abc-bearer def"],
    ["abc bearer", "abc bearer"],
    ["bearerabc", "bearerabc"],
  ])("makes of %j %j", (text, token) => {
    expect(withoutBearer(text)).toBe(token);
  });
});
