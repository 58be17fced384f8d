import { describe, expect, it } from "vitest";
import { cachedScript, SOFT_MS, settled, tokenError } from "./cached-script.test-support.ts";

describe("cachingTokenSource: partitions", () => {
  it("does not let users push out system tokens", async () => {
    const { cache } = cachedScript({ maxEntries: 2, maxSubjectEntries: 3 });
    const system = [await cache.getToken(), await cache.getToken({ tenant: "t" })];
    for (let i = 0; i < 50; i++) await cache.getToken({ subjectToken: `user-${i}` });
    expect([cache.peek(), cache.peek({ tenant: "t" })]).toEqual(system);
    expect(cache.stats()).toMatchObject({ entries: 2, subjectEntries: 3, evicted: 47 });
  });

  it("counts a principal without a subject token as a user", async () => {
    const { cache } = cachedScript({ maxEntries: 1 });
    await cache.getToken();
    await cache.getToken({ principal: "alice" });
    expect(cache.stats()).toMatchObject({ entries: 1, subjectEntries: 1, evicted: 0 });
  });

  it("holds its bound for system tokens, and tells whom it evicts", async () => {
    const { cache, told } = cachedScript({ maxEntries: 2 });
    const first = await cache.getToken({ tenant: "t0" });
    for (let i = 1; i < 5; i++) await cache.getToken({ tenant: `t${i}` });
    expect(cache.stats()).toMatchObject({ entries: 2, evicted: 3 });
    expect(told("evicted")).toHaveLength(3);
    expect(told("evicted")[0]).toMatchObject({ fingerprint: first.fingerprint });
    expect(cache.peek({ tenant: "t0" })).toBeUndefined();
  });

  for (const use of ["getToken", "peek", "bound"] as const) {
    it(`gives a token that was used by ${use} a second chance`, async () => {
      const { cache } = cachedScript({ maxSubjectEntries: 2 });
      const alice = await cache.getToken({ subjectToken: "alice" });
      await cache.getToken({ subjectToken: "bob" });
      const bound = cache.bind({ subjectToken: "alice" });
      if (use === "getToken") await cache.getToken({ subjectToken: "alice" });
      else if (use === "peek") cache.peek({ subjectToken: "alice" });
      else await bound.getToken();
      await cache.getToken({ subjectToken: "carol" });
      expect(cache.peek({ subjectToken: "alice" })).toBe(alice);
      expect(cache.peek({ subjectToken: "bob" })).toBeUndefined();
    });
  }

  it("gives a token that was used when stale a second chance", async () => {
    const { clock, source, cache } = cachedScript({ maxSubjectEntries: 2 });
    const alice = await cache.getToken({ subjectToken: "alice" });
    clock.advance(SOFT_MS);
    await cache.getToken({ subjectToken: "bob" });
    source.failNext(tokenError("ERR_TOKEN_OAUTH", { status: 400 }));
    await cache.getToken({ subjectToken: "alice" });
    await settled();
    await cache.getToken({ subjectToken: "carol" });
    expect(cache.peek({ subjectToken: "alice" })).toBe(alice);
  });

  it("evicts one target of a user, the oldest, and keeps the others", async () => {
    const { cache } = cachedScript({ maxSubjectEntries: 3 });
    for (const audience of ["a", "b", "c"]) {
      await cache.getToken({ subjectToken: "alice", audience: [audience] });
    }
    await cache.getToken({ subjectToken: "bob" });
    expect(cache.stats()).toMatchObject({ subjectEntries: 3, evicted: 1 });
    const kept = ["a", "b", "c"].filter((audience) =>
      cache.peek({ subjectToken: "alice", audience: [audience] }),
    );
    expect(kept).toEqual(["b", "c"]);
  });

  it("keeps nothing where the bound is zero, and still asks once for all who wait", async () => {
    const { source, cache } = cachedScript({ maxEntries: 0, maxSubjectEntries: 0 });
    for (const request of [{}, { subjectToken: "alice" }]) {
      const [one, other] = await Promise.all([cache.getToken(request), cache.getToken(request)]);
      expect(one).toBe(other);
      expect(cache.peek(request)).toBeUndefined();
    }
    expect(source.calls).toHaveLength(2);
    expect(cache.stats()).toMatchObject({ entries: 0, subjectEntries: 0 });
    await cache.bind().getToken();
    expect(source.calls).toHaveLength(3);
  });

  it("does not displace a token by failures", async () => {
    const { source, cache } = cachedScript({ maxSubjectEntries: 1 });
    const alice = await cache.getToken({ subjectToken: "alice" });
    source.failure = tokenError("ERR_TOKEN_OAUTH", { status: 400 });
    for (let i = 0; i < 2_000; i++) {
      await expect(cache.getToken({ subjectToken: `user-${i}` })).rejects.toThrow();
    }
    expect(cache.peek({ subjectToken: "alice" })).toBe(alice);
    expect(cache.stats()).toMatchObject({ subjectEntries: 1, evicted: 0, failures: 2_000 });
  });
});
