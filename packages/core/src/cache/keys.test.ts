import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { cachedScript, settled, tokenError } from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

const FULL: Required<TokenRequest> = {
  subjectToken: "subject",
  principal: "alice",
  audience: ["a"],
  resource: ["https://r.example/"],
  scope: ["read"],
  tenant: "t1",
};

describe("cachingTokenSource: keys", () => {
  for (const field of Object.keys(FULL) as (keyof TokenRequest)[]) {
    it(`hands no token to a request with another "${field}", nor without one`, async () => {
      const { source, cache } = cachedScript();
      const first = await cache.getToken(FULL);
      const value = Array.isArray(FULL[field]) ? ["other"] : "other";
      const other = await cache.getToken({ ...FULL, [field]: value });
      const { [field]: _, ...rest } = FULL;
      const without = await cache.getToken(rest);
      expect(new Set([first.token, other.token, without.token]).size).toBe(3);
      expect(source.calls).toHaveLength(3);
      expect(await cache.getToken({ ...FULL })).toBe(first);
    });
  }

  it("answers another spelling of a request from the cache", async () => {
    const { source, cache } = cachedScript();
    const first = await cache.getToken({ subjectToken: "abc", scope: ["a", "b"], audience: [] });
    const again = await cache.getToken({ subjectToken: "Bearer abc", scope: ["b", "a", "b"] });
    expect(again).toBe(first);
    expect(source.calls).toHaveLength(1);
  });

  it("hands the source a request without Bearer and empty lists", async () => {
    const { source, cache } = cachedScript();
    await cache.getToken({ subjectToken: "Bearer abc", scope: [], audience: ["b", "a"] });
    expect(source.calls[0]?.request).toEqual({ subjectToken: "abc", audience: ["b", "a"] });
  });

  it("asks for what was asked, also if the caller changes its lists while the request waits", async () => {
    const { source, cache } = cachedScript();
    const audience = ["a"];
    source.hold();
    const first = cache.getToken({ audience });
    cache.clear();
    const queued = cache.getToken({ audience });
    audience[0] = "b";
    source.release();
    await Promise.all([first, queued]);
    expect(source.calls.map(({ request }) => request?.audience)).toEqual([["a"], ["a"]]);
  });

  const blank: TokenRequest[] = [
    { subjectToken: "" },
    { subjectToken: "Bearer " },
    { principal: " " },
    { tenant: "" },
    { audience: [""] },
    { subjectToken: null } as unknown as TokenRequest,
  ];
  for (const request of blank) {
    it(`refuses ${JSON.stringify(request)} everywhere, and asks nobody`, async () => {
      const { source, cache } = cachedScript();
      await cache.getToken();
      const field = Object.keys(request)[0] ?? "";
      await expect(cache.getToken(request)).rejects.toThrow(TypeError);
      await expect(cache.getToken(request)).rejects.toThrow(`"${field}"`);
      for (const use of ["peek", "bind", "invalidate", "explainKey"] as const) {
        expect(() => cache[use](request)).toThrow(`"${field}"`);
      }
      expect(source.calls).toHaveLength(1);
    });
  }
});

describe("cachingTokenSource: identity", () => {
  it("forwards the identity of the source", () => {
    const { source, cache } = cachedScript();
    expect(cache.identity).toBe("scripted");
    source.identity = "other";
    expect(cache.identity).toBe("other");
  });

  it("drops every token when the identity changes, and none comes back with it", async () => {
    const { source, cache } = cachedScript();
    await cache.getToken();
    await cache.getToken({ subjectToken: "abc" });
    source.identity = "rotated";
    expect(cache.peek()).toBeUndefined();
    expect((await cache.getToken()).token).toBe("token-3");
    expect(cache.stats()).toMatchObject({ entries: 1, subjectEntries: 0 });
    source.identity = "scripted";
    expect((await cache.getToken()).token).toBe("token-4");
  });

  it("stores no answer if the identity changed during the request", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const waiting = cache.getToken();
    source.identity = "rotated";
    source.release();
    expect((await waiting).token).toBe("token-1");
    expect(cache.peek()).toBeUndefined();
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("stores no answer of a request that saw two identities, whichever comes back", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const waiting = cache.getToken();
    source.identity = "rotated";
    source.release();
    await waiting;
    source.identity = "scripted";
    expect(cache.peek()).toBeUndefined();
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("hands no answer to a caller who came after the identity changed", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const before = cache.getToken();
    source.identity = "rotated";
    const after = cache.getToken();
    source.release();
    expect([(await before).token, (await after).token]).toEqual(["token-1", "token-2"]);
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("forgets failures of the old identity", async () => {
    const { source, cache } = cachedScript();
    source.failNext(tokenError("ERR_TOKEN_NETWORK", { retryAfterMs: 60_000 }));
    await expect(cache.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
    await expect(cache.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
    expect(source.calls).toHaveLength(1);
    source.identity = "rotated";
    expect((await cache.getToken()).token).toBe("token-1");
  });

  it("stores the answer of a request that waited for one with the old identity", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    source.failNext(new TypeError("old credential"));
    const first = cache.getToken();
    cache.clear();
    const queued = cache.getToken();
    source.identity = "rotated";
    source.release();
    await expect(first).rejects.toThrow("old credential");
    const token = await queued;
    await settled();
    expect(await cache.getToken()).toBe(token);
  });
});

describe("cachingTokenSource: tokens of other makers", () => {
  it("hands out the token with whatever rides on it", async () => {
    const { source, cache } = cachedScript();
    const init = { token: "abc", expiresAt: undefined, gatewayUrl: "https://gw.example" };
    source.answerNext(init);
    expect(await cache.getToken()).toMatchObject({ gatewayUrl: "https://gw.example" });
  });

  it("copies a plain object into a token that hides its secret", async () => {
    const plain = { token: "s3ntinel", tokenType: "Bearer", expiresAt: undefined } as const;
    const cache = cachingTokenSource({ identity: "plain", getToken: async () => plain });
    const token = await cache.getToken();
    expect(token.token).toBe("s3ntinel");
    expect(JSON.stringify(token)).not.toContain("s3ntinel");
    expect(Object.isFrozen(token)).toBe(true);
    expect(await cache.getToken()).toBe(token);
  });

  it("keeps a token of ours as the very object", async () => {
    const ours = createAccessToken({ token: "abc" });
    const cache = cachingTokenSource({ identity: "ours", getToken: async () => ours });
    expect(await cache.getToken()).toBe(ours);
  });
});
