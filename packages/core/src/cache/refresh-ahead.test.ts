import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cachedScript,
  HARD_MS,
  SOFT_MS,
  settled,
  tokenError,
} from "./cached-script.test-support.ts";

const unhandled: unknown[] = [];
const listener = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", listener);
});
afterEach(async () => {
  await settled();
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});

describe("cachingTokenSource: refresh ahead", () => {
  for (const [passed, state] of [
    [SOFT_MS - 1, "hits"],
    [SOFT_MS, "stale"],
    [SOFT_MS + 1, "stale"],
    [HARD_MS - 1, "stale"],
    [HARD_MS, "misses"],
  ] as const) {
    it(`counts a token of ${passed} ms among the ${state}`, async () => {
      const { clock, source, cache } = cachedScript();
      await cache.getToken();
      const before = cache.stats()[state];
      clock.advance(passed);
      await cache.getToken();
      expect(cache.stats()[state]).toBe(before + 1);
      expect(source.calls).toHaveLength(state === "hits" ? 1 : 2);
    });
  }

  it("keeps nobody waiting: a thousand callers get the old token, one request goes out", async () => {
    const { clock, source, cache, told } = cachedScript();
    const old = await cache.getToken();
    const bound = cache.bind();
    await bound.getToken();
    clock.advance(SOFT_MS);
    source.hold();
    for (let i = 0; i < 500; i++) {
      expect(await cache.getToken()).toBe(old);
      expect(await bound.getToken()).toBe(old);
    }
    expect(source.calls).toHaveLength(2);
    expect(told("request-start").at(-1)).toMatchObject({ reason: "stale" });
    source.release();
    await settled();
    expect((await bound.getToken()).token).toBe("token-2");
    expect((await cache.getToken()).token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("refreshes also for a caller with options", async () => {
    const { clock, source, cache } = cachedScript();
    const old = await cache.getToken();
    clock.advance(SOFT_MS);
    const { signal } = new AbortController();
    expect(await cache.getToken({}, { signal })).toBe(old);
    await settled();
    expect(source.calls).toHaveLength(2);
  });

  for (const [passed, requests] of [
    [4_999, 2],
    [5_000, 3],
    [5_001, 3],
  ] as const) {
    it(`has made ${requests} requests ${passed} ms after a refresh that failed`, async () => {
      const { clock, source, cache } = cachedScript();
      await cache.getToken();
      clock.advance(SOFT_MS);
      source.failNext(tokenError("ERR_TOKEN_OAUTH", { status: 400 }));
      await cache.getToken();
      await settled();
      for (const ms of [1_000, passed - 1_000]) {
        clock.advance(ms);
        for (let i = 0; i < 10; i++) await cache.getToken();
      }
      expect(source.calls).toHaveLength(requests);
    });
  }

  it("tells the sink alone of a refresh that failed", async () => {
    for (const [error, code] of [
      [tokenError("ERR_TOKEN_NETWORK"), "ERR_TOKEN_NETWORK"],
      [new Error("s3ntinel"), "ERR_TOKEN_PROVIDER"],
    ] as const) {
      const { clock, source, cache, told } = cachedScript();
      const old = await cache.getToken({ tenant: "t" });
      clock.advance(SOFT_MS);
      source.failNext(error);
      expect(await cache.getToken({ tenant: "t" })).toBe(old);
      await settled();
      expect(told("refresh-failed")).toMatchObject([{ code, tenant: "t", identity: "scripted" }]);
      expect(cache.peek({ tenant: "t" })).toBe(old);
    }
  });

  it("tells once of a refresh that took longer than the interval", async () => {
    const { clock, source, cache, told } = cachedScript();
    await cache.getToken();
    clock.advance(SOFT_MS);
    source.hold();
    source.failNext(tokenError("ERR_TOKEN_NETWORK"));
    for (let i = 0; i < 5; i++) {
      await cache.getToken();
      clock.advance(5_000);
    }
    source.release();
    await settled();
    expect(source.calls).toHaveLength(2);
    expect(told("refresh-failed")).toHaveLength(1);
  });

  it("does not refresh while the token endpoint is held back from", async () => {
    const { clock, source, cache } = cachedScript();
    const old = await cache.getToken();
    clock.advance(SOFT_MS);
    source.failNext(tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 60_000 }));
    await cache.getToken();
    await settled();
    for (let i = 0; i < 59; i++) {
      clock.advance(1_000);
      expect(await cache.getToken()).toBe(old);
    }
    expect(source.calls).toHaveLength(2);
    clock.advance(6_000);
    await cache.getToken();
    await settled();
    expect(source.calls).toHaveLength(3);
  });

  it("has those wait for the refresh whose token expired meanwhile", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    clock.advance(SOFT_MS);
    source.hold();
    await cache.getToken();
    clock.advance(HARD_MS - SOFT_MS);
    const waiting = [cache.getToken(), cache.bind().getToken()];
    source.release();
    for (const token of await Promise.all(waiting)) expect(token.token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("hands out no expired token while a refresh that began just before is on its way", async () => {
    const { clock, source, cache } = cachedScript();
    const bound = cache.bind();
    const old = await bound.getToken();
    clock.advance(HARD_MS - 1);
    source.hold();
    expect(await bound.getToken()).toBe(old);
    clock.advance(1);
    expect(bound.peek()).toBeUndefined();
    const waiting = [bound.getToken(), cache.getToken()];
    source.release();
    for (const token of await Promise.all(waiting)) expect(token.token).toBe("token-2");
  });

  it("draws the jitter anew for each token", async () => {
    const drawn = [0, 0.999];
    const { clock, cache } = cachedScript({ random: () => drawn.shift() ?? 0.5 });
    await cache.getToken({ tenant: "a" });
    await cache.getToken({ tenant: "b" });
    clock.advance(Math.floor(HARD_MS * 0.76));
    await cache.getToken({ tenant: "a" });
    await cache.getToken({ tenant: "b" });
    expect(cache.stats()).toMatchObject({ stale: 1, hits: 1 });
  });

  it("does not let entries made together refresh together", async () => {
    const { clock, source, cache } = cachedScript({ random: Math.random });
    const tenants = Array.from({ length: 30 }, (_, i) => ({ tenant: `t${i}` }));
    for (const request of tenants) await cache.getToken(request);
    const before: number[] = [];
    for (let passed = 0; passed < HARD_MS - 1_000; passed += 30_000) {
      const count = source.calls.length;
      for (const request of tenants) await cache.getToken(request);
      before.push(source.calls.length - count);
      clock.advance(30_000);
    }
    expect(source.calls).toHaveLength(60);
    expect(before.filter((refreshed) => refreshed > 0).length).toBeGreaterThan(3);
  });
});
