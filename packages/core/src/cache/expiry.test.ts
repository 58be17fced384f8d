import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, LIFETIME_MS, SOFT_MS } from "./cached-script.test-support.ts";

describe("cachingTokenSource: expiry", () => {
  it("hands a token out until its hard deadline, and not at it", async () => {
    for (const [passed, requests] of [
      [HARD_MS - 1, 1],
      [HARD_MS, 2],
      [HARD_MS + 1, 2],
    ] as const) {
      const { clock, source, cache } = cachedScript();
      const first = await cache.getToken();
      const bound = cache.bind();
      await bound.getToken();
      clock.advance(passed);
      source.hold();
      expect(cache.peek()).toBe(requests === 1 ? first : undefined);
      expect(bound.peek()).toBe(requests === 1 ? first : undefined);
      source.release();
      const token = await bound.getToken();
      expect(token === first).toBe(requests === 1);
    }
  });

  it("counts the lifetime from sending, not from the answer", async () => {
    const { clock, source, cache } = cachedScript();
    source.hold();
    const waiting = cache.getToken();
    clock.advance(10_000);
    source.release();
    await waiting;
    clock.advance(SOFT_MS - 10_000 - 1);
    await cache.getToken();
    expect(cache.stats()).toMatchObject({ hits: 1, stale: 0 });
    clock.advance(1);
    await cache.getToken();
    expect(cache.stats()).toMatchObject({ hits: 1, stale: 1 });
  });

  it("keeps a token whose end nobody knows for the fallback, to the last millisecond", async () => {
    const { clock, source, cache } = cachedScript({ fallbackLifetimeMs: 1_000 });
    source.lifetimeMs = undefined;
    const first = await cache.getToken();
    clock.advance(999);
    expect(cache.peek()).toBe(first);
    clock.advance(1);
    expect(cache.peek()).toBeUndefined();
  });

  it("counts the fallback from sending", async () => {
    const { clock, source, cache } = cachedScript({ fallbackLifetimeMs: 1_000 });
    source.lifetimeMs = undefined;
    source.hold();
    const waiting = cache.getToken();
    clock.advance(600);
    source.release();
    await waiting;
    clock.advance(399);
    expect(cache.peek()).toBeDefined();
    clock.advance(1);
    expect(cache.peek()).toBeUndefined();
  });

  for (const [lifetimeMs, stored] of [
    [-1, 0],
    [0, 0],
    [1, 1],
  ] as const) {
    it(`hands out a token with ${lifetimeMs} ms left, and stores ${stored}`, async () => {
      const { source, cache } = cachedScript();
      source.lifetimeMs = lifetimeMs;
      const [one, other] = await Promise.all([cache.getToken(), cache.getToken()]);
      expect([one.token, other.token]).toEqual(["token-1", "token-1"]);
      expect(cache.stats()).toMatchObject({ entries: stored, requests: 1 });
    });
  }

  it("does not store a token that ended while the answer was on its way", async () => {
    const { clock, source, cache } = cachedScript();
    source.lifetimeMs = 1_000;
    source.hold();
    const waiting = cache.getToken();
    clock.advance(1_000);
    source.release();
    expect((await waiting).token).toBe("token-1");
    expect(cache.stats().entries).toBe(0);
  });

  it("cuts what is longer than a day, and tells", async () => {
    const { clock, source, cache, told } = cachedScript();
    source.lifetimeMs = 86_400_001;
    await cache.getToken();
    expect(told("lifetime-cut")).toMatchObject([{ lifetimeMs: 86_400_001, identity: "scripted" }]);
    clock.advance(86_400_000 - 30_000 - 1);
    expect(cache.peek()).toBeDefined();
    clock.advance(1);
    expect(cache.peek()).toBeUndefined();
  });

  it("skips an unusable end, and tells", async () => {
    const { clock, source, cache, told } = cachedScript();
    source.answerNext({ token: "abc", expiresAt: Number.NaN });
    await cache.getToken({ tenant: "t" });
    expect(told("lifetime-skipped")).toMatchObject([{ field: "expires_at", tenant: "t" }]);
    clock.advance(299_999);
    expect(cache.peek({ tenant: "t" })).toBeDefined();
    clock.advance(1);
    expect(cache.peek({ tenant: "t" })).toBeUndefined();
  });

  it("skips an unusable exp of the token, and tells", async () => {
    const { source, cache, told } = cachedScript();
    source.answerNext({ token: unsignedJwt({ exp: -1 }) });
    await cache.getToken();
    expect(told("lifetime-skipped")).toMatchObject([{ field: "exp" }]);
  });
});

describe("cachingTokenSource: the end of the subject", () => {
  const MINUTE = 60_000;

  function subject(clock: { now(): number }, leftMs: number): string {
    return unsignedJwt({ exp: (clock.now() + leftMs) / 1_000 });
  }

  it("keeps no token past the exp of the subject token", async () => {
    const { clock, cache } = cachedScript({ expiryBufferMs: 0 });
    const request = { subjectToken: subject(clock, MINUTE) };
    await cache.getToken(request);
    clock.advance(MINUTE - 1);
    expect(cache.peek(request)).toBeDefined();
    clock.advance(1);
    expect(cache.peek(request)).toBeUndefined();
  });

  it("believes the caller before the exp, both ways", async () => {
    for (const leftMs of [MINUTE / 2, MINUTE * 2]) {
      const { clock, cache } = cachedScript({ expiryBufferMs: 0 });
      const request = { subjectToken: subject(clock, MINUTE) };
      await cache.getToken(request, { subjectExpiresAt: clock.now() + leftMs });
      clock.advance(leftMs - 1);
      expect(cache.peek(request)).toBeDefined();
      clock.advance(1);
      expect(cache.peek(request)).toBeUndefined();
    }
  });

  it("does not lengthen a token that ends before its subject", async () => {
    const { clock, cache } = cachedScript();
    const request = { subjectToken: subject(clock, 10 * LIFETIME_MS) };
    await cache.getToken(request);
    clock.advance(HARD_MS);
    expect(cache.peek(request)).toBeUndefined();
  });

  it("still sends a subject that looks expired, and does not store what comes", async () => {
    const { clock, source, cache } = cachedScript();
    for (const leftMs of [-MINUTE, 0]) {
      const request = { subjectToken: subject(clock, leftMs) };
      const before = source.calls.length;
      expect((await cache.getToken(request)).token).toBe(`token-${before + 1}`);
      expect((await cache.getToken(request)).token).toBe(`token-${before + 2}`);
    }
    await cache.getToken({ subjectToken: "opaque" }, { subjectExpiresAt: clock.now() - 1 });
    expect(cache.stats()).toMatchObject({ subjectEntries: 0, requests: 5 });
    expect(source.calls[4]?.options?.subjectExpiresAt).toBe(clock.now() - 1);
  });

  it("cuts a cached token when a caller knows an earlier end of its subject", async () => {
    const { clock, source, cache } = cachedScript();
    const request = { subjectToken: "opaque" };
    const first = await cache.getToken(request);
    const bound = cache.bind(request);
    await bound.getToken();
    const subjectExpiresAt = clock.now() + MINUTE;
    expect(await cache.getToken(request, { subjectExpiresAt })).toBe(first);
    expect(await cache.getToken(request, { subjectExpiresAt: subjectExpiresAt + MINUTE })).toBe(
      first,
    );
    clock.advance(MINUTE - 1);
    expect(bound.peek()).toBe(first);
    clock.advance(1);
    expect(bound.peek()).toBeUndefined();
    expect(await cache.getToken(request)).not.toBe(first);
    expect(source.calls).toHaveLength(2);
  });

  it("keeps an answer no longer than the earliest end that any of those waiting knows", async () => {
    const { clock, source, cache } = cachedScript({ expiryBufferMs: 0 });
    const request = { subjectToken: "opaque" };
    source.hold();
    const waiting = [
      cache.getToken(request),
      cache.getToken(request, { subjectExpiresAt: clock.now() + MINUTE }),
      cache.getToken(request, { subjectExpiresAt: clock.now() + 2 * MINUTE }),
    ];
    source.release();
    await Promise.all(waiting);
    clock.advance(MINUTE - 1);
    expect(cache.peek(request)).toBeDefined();
    clock.advance(1);
    expect(cache.peek(request)).toBeUndefined();
  });

  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, "1"]) {
    it(`refuses subjectExpiresAt = ${value}`, async () => {
      const { source, cache } = cachedScript();
      const call = cache.getToken({}, { subjectExpiresAt: value as number });
      await expect(call).rejects.toThrow('"subjectExpiresAt"');
      expect(source.calls).toHaveLength(0);
    });
  }
});
