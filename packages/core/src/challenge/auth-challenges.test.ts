import { describe, expect, it } from "vitest";
import { authChallenges } from "./auth-challenges.ts";

describe("authChallenges", () => {
  it("drops a token68, also one that another challenge follows", () => {
    const read = authChallenges('Negotiate a87421000492aa==, Bearer realm="mcp"');
    expect(read.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual([
      ["negotiate", {}],
      ["bearer", { realm: "mcp" }],
    ]);
  });
});
