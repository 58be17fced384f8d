import { describe, expect, it } from "vitest";
import type { TokenRequest } from "../token/token-source.ts";
import { cachedScript, HARD_MS } from "./cached-script.test-support.ts";

const ALICE = { subjectToken: "Bearer alice", principal: "a", audience: ["x"], tenant: "t" };

describe("BoundTokenSource", () => {
  it("shares its token with getToken of the same request", async () => {
    const { source, cache } = cachedScript();
    const token = await cache.bind(ALICE).getToken();
    expect(await cache.getToken(ALICE)).toBe(token);
    expect(source.calls[0]?.request).toEqual({ ...ALICE, subjectToken: "alice" });
    expect(source.calls).toHaveLength(1);
  });

  it("returns one and the same resolved promise on hits", async () => {
    const { cache } = cachedScript();
    const bound = cache.bind();
    await bound.getToken();
    await bound.getToken();
    expect(bound.getToken()).toBe(bound.getToken());
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 1 });
  });

  it("does not follow a request that the caller changes afterwards", async () => {
    const { source, cache } = cachedScript();
    const audience = ["x"];
    const bound = cache.bind({ audience });
    audience[0] = "y";
    await bound.getToken();
    expect(source.calls[0]?.request).toEqual({ audience: ["x"] });
    expect(cache.peek({ audience: ["x"] })).toBeDefined();
  });

  it("peeks at what others fetched, and asks nobody", async () => {
    const { source, cache } = cachedScript();
    const bound = cache.bind(ALICE);
    expect(bound.peek()).toBeUndefined();
    expect(source.calls).toHaveLength(0);
    const token = await cache.getToken(ALICE);
    expect(bound.peek()).toBe(token);
  });

  it("sees a token that another caller's request replaced", async () => {
    const { clock, cache } = cachedScript();
    const bound = cache.bind();
    await bound.getToken();
    await bound.getToken();
    clock.advance(HARD_MS);
    const token = await cache.getToken();
    expect(bound.peek()).toBe(token);
    expect(await bound.getToken()).toBe(token);
    expect(bound.getToken()).toBe(bound.getToken()); // of the new token
  });

  for (const change of ["identity", "expiry", "close", "rejection"] as const) {
    it(`sees ${change} at once`, async () => {
      const { clock, source, cache } = cachedScript();
      const bound = cache.bind();
      const token = await bound.getToken();
      await bound.getToken();
      source.hold();
      if (change === "identity") source.identity = "rotated";
      if (change === "expiry") clock.advance(HARD_MS);
      if (change === "close") cache.close();
      if (change === "rejection") void cache.getToken({}, { rejected: token });
      expect(bound.peek()).toBeUndefined();
      source.release();
      const next = bound.getToken();
      if (change === "close")
        await expect(next).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
      else expect((await next).token).toBe("token-2");
    });
  }

  it("takes options as getToken does", async () => {
    const { source, cache } = cachedScript();
    const bound = cache.bind(ALICE);
    const rejected = await bound.getToken();
    expect((await bound.getToken({ rejected })).token).toBe("token-2");
    expect(source.calls[1]?.options?.rejected).toBe(rejected);
    await expect(bound.getToken({ minValidityMs: -1 })).rejects.toThrow('"minValidityMs"');
  });
});

describe("BoundTokenSource.with", () => {
  it("binds the same subject to another target, which replaces the old one", async () => {
    const { source, cache } = cachedScript();
    await cache
      .bind(ALICE)
      .with({ audience: ["y"] })
      .getToken();
    const request = { subjectToken: "alice", principal: "a", audience: ["y"] };
    expect(source.calls[0]?.request).toEqual(request);
    expect(cache.peek(request)).toBeDefined();
    expect(cache.peek(ALICE)).toBeUndefined();
  });

  it("binds a system request to another target", async () => {
    const { cache } = cachedScript();
    const token = await cache.bind().with({ tenant: "t" }).getToken();
    expect(cache.peek({ tenant: "t" })).toBe(token);
  });

  it("refuses a subject: it would file a user's token under another's key", async () => {
    const { source, cache } = cachedScript();
    const whole: TokenRequest = { subjectToken: "alice", audience: ["x"] };
    expect(() => cache.bind().with(whole)).toThrow('"subjectToken"');
    expect(() => cache.bind({ subjectToken: "bob" }).with(whole)).toThrow('"subjectToken"');
    expect(() => cache.bind().with({ principal: "a" } as TokenRequest)).toThrow('"principal"');
    expect(source.calls).toHaveLength(0);
  });

  it("refuses a blank target", () => {
    const { cache } = cachedScript();
    expect(() => cache.bind().with({ tenant: " " })).toThrow('"tenant"');
    expect(() => cache.bind().with({ audience: [""] })).toThrow('"audience"');
  });
});
