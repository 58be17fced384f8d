import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

describe("cachingTokenSource", () => {
  it("asks the source once for a thousand callers", async () => {
    let calls = 0;
    const source = cachingTokenSource({
      identity: "test",
      getToken: async () =>
        createAccessToken({ token: `token-${++calls}`, expiresAt: Date.now() + 3_600_000 }),
    });
    const tokens = await Promise.all(Array.from({ length: 1_000 }, () => source.getToken()));
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["token-1"]));
    expect(source.stats()).toMatchObject({ requests: 1, entries: 1, subjectEntries: 0 });
  });
});
