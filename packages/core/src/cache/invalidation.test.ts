import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, settled, tokenError } from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

const ALICE = { subjectToken: "alice", principal: "alice@example" };

describe("cachingTokenSource: clear, invalidate, evict", () => {
  const ways = {
    clear: (cache: ReturnType<typeof cachedScript>["cache"]) => cache.clear(),
    invalidate: (cache: ReturnType<typeof cachedScript>["cache"]) => cache.invalidate(ALICE),
    "evict by subject token": (cache: ReturnType<typeof cachedScript>["cache"]) =>
      cache.evict({ subjectToken: `Bearer ${ALICE.subjectToken}` }),
    "evict by principal": (cache: ReturnType<typeof cachedScript>["cache"]) =>
      cache.evict({ principal: ALICE.principal }),
  };
  for (const [name, forget] of Object.entries(ways)) {
    it(`${name}: forgets the token, for bound handles at once`, async () => {
      const { source, cache } = cachedScript();
      await cache.getToken(ALICE);
      const bound = cache.bind(ALICE);
      await bound.getToken();
      forget(cache);
      expect(cache.peek(ALICE)).toBeUndefined();
      expect(bound.peek()).toBeUndefined();
      expect((await bound.getToken()).token).toBe("token-2");
      expect(source.calls).toHaveLength(2);
    });

    it(`${name}: wins over a request in flight, whose answer goes to those waiting only`, async () => {
      const { source, cache } = cachedScript();
      source.hold();
      const before = cache.getToken(ALICE);
      forget(cache);
      source.releaseOne();
      expect((await before).token).toBe("token-1");
      await settled();
      expect(cache.peek(ALICE)).toBeUndefined();
      expect(cache.stats()).toMatchObject({ subjectEntries: 0, inFlight: 0 });
    });

    it(`${name}: has later callers wait for a request of their own`, async () => {
      const { source, cache } = cachedScript();
      source.hold();
      const before = cache.getToken(ALICE);
      forget(cache);
      const after = [cache.getToken(ALICE), cache.bind(ALICE).getToken()];
      source.release();
      expect((await before).token).toBe("token-1");
      expect((await Promise.all(after)).map(({ token }) => token)).toEqual(["token-2", "token-2"]);
      expect(cache.peek(ALICE)?.token).toBe("token-2");
    });

    it(`${name}: remembers no failure of a request that was in flight`, async () => {
      const { source, cache } = cachedScript();
      source.hold();
      source.failNext(tokenError("ERR_TOKEN_OAUTH", { status: 400 }));
      const before = cache.getToken(ALICE);
      forget(cache);
      source.release();
      await expect(before).rejects.toThrow();
      await cache.getToken(ALICE);
    });
  }

  it("invalidate forgets one request's token, and tells whether there was one", async () => {
    const { cache } = cachedScript();
    const others = [{}, { subjectToken: "alice" }, { ...ALICE, tenant: "t" }];
    for (const request of [ALICE, ...others]) await cache.getToken(request);
    expect(cache.invalidate({ ...ALICE, scope: [] })).toBe(true);
    expect(cache.invalidate(ALICE)).toBe(false);
    for (const request of others) expect(cache.peek(request)).toBeDefined();
    expect(cache.invalidate()).toBe(true);
    expect(cache.peek()).toBeUndefined();
  });

  it("evict forgets one user's tokens, and counts them", async () => {
    const { cache } = cachedScript();
    await cache.getToken(ALICE);
    await cache.getToken({ ...ALICE, tenant: "t" });
    await cache.getToken({ ...ALICE, subjectToken: "alice2" });
    await cache.getToken({ principal: "bob" });
    await cache.getToken();
    expect(cache.evict({ principal: "nobody" })).toBe(0);
    expect(cache.evict({ subjectToken: "alice" })).toBe(2);
    expect(cache.evict({ principal: ALICE.principal })).toBe(1);
    expect(cache.evict({ principal: "bob" })).toBe(1);
    expect(cache.stats()).toMatchObject({ entries: 1, subjectEntries: 0, evicted: 0 });
  });

  it("clear leaves requests queued behind one in flight as they are", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const first = cache.getToken();
    cache.clear();
    const queued = cache.getToken();
    cache.clear(); // it has not begun: its answer will be newer than this
    source.release();
    await first;
    expect(await cache.getToken()).toBe(await queued);
  });
});

describe("cachingTokenSource: close", () => {
  const CLOSED = { code: "ERR_TOKEN_CLOSED", retryable: false };

  it("ends the request in flight and the queued one, and the source sees it", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const waiting = [cache.getToken()];
    cache.clear();
    waiting.push(cache.getToken(), cache.getToken(ALICE));
    cache.close();
    for (const call of waiting) await expect(call).rejects.toMatchObject(CLOSED);
    await settled();
    expect(source.waiting).toBe(0);
    expect(source.calls).toHaveLength(2);
    expect(source.calls[0]?.options?.signal?.reason).toMatchObject(CLOSED);
    expect(cache.stats().inFlight).toBe(0);
  });

  it("forgets everything, and fails every later call", async () => {
    const { source, cache } = cachedScript();
    await cache.getToken();
    const bound = cache.bind();
    await bound.getToken();
    cache.close();
    expect(cache.stats()).toMatchObject({ entries: 0 });
    expect(cache.peek()).toBeUndefined();
    expect(bound.peek()).toBeUndefined();
    await expect(cache.getToken()).rejects.toMatchObject(CLOSED);
    await expect(bound.getToken()).rejects.toMatchObject(CLOSED);
    await expect(cache.bind(ALICE).getToken({ minValidityMs: 1 })).rejects.toMatchObject(CLOSED);
    expect(source.calls).toHaveLength(1);
    cache.close();
    cache.clear();
    await expect(cache.getToken()).rejects.toMatchObject(CLOSED);
  });

  it("keeps nothing that a source brings which does not heed its signal", async () => {
    const { source, clock } = cachedScript();
    source.hold();
    const deaf = {
      identity: "deaf",
      getToken: () => source.getToken(),
    };
    const cache = cachingTokenSource(deaf, { clock });
    const call = cache.getToken();
    cache.clear();
    const queued = cache.getToken();
    cache.close();
    await expect(call).rejects.toMatchObject(CLOSED);
    await expect(queued).rejects.toMatchObject(CLOSED);
    source.release();
    await settled();
    expect(source.calls).toHaveLength(1);
    expect(cache.stats()).toMatchObject({ entries: 0, inFlight: 0 });
    expect(cache.peek()).toBeUndefined();
  });

  it("ends a refresh ahead without an unhandled rejection", async () => {
    const { clock, source, cache, told } = cachedScript();
    await cache.getToken();
    clock.advance(HARD_MS - 1);
    source.hold();
    await cache.getToken();
    cache.close();
    await settled();
    expect(told("refresh-failed")).toMatchObject([{ code: "ERR_TOKEN_CLOSED" }]);
  });
});
