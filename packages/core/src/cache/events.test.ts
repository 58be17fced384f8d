import { describe, expect, it } from "vitest";
import {
  cachedScript,
  HARD_MS,
  SOFT_MS,
  settled,
  tokenError,
} from "./cached-script.test-support.ts";

const REQUEST = { subjectToken: "alice", audience: ["a"], resource: ["urn:r"], tenant: "t" };

describe("cachingTokenSource: events", () => {
  it("tells of a miss and of both ends of its request", async () => {
    const { clock, source, cache, events } = cachedScript();
    const startedAt = clock.now();
    source.hold();
    const call = cache.getToken(REQUEST);
    clock.advance(1_500);
    clock.step(-60_000); // durations are those of the monotonic clock
    source.release();
    await call;
    const base = { identity: "scripted", audience: ["a"], resource: ["urn:r"], tenant: "t" };
    expect(events).toEqual([
      { type: "miss", ...base, at: startedAt },
      { type: "request-start", ...base, at: startedAt, requestId: 1, reason: "miss" },
      { type: "request-end", ...base, at: clock.now(), requestId: 1, durationMs: 1_500 },
    ]);
  });

  it("tells of hits, stale tokens and refreshes with the token's fingerprint", async () => {
    const { clock, cache, events } = cachedScript();
    const { fingerprint } = await cache.getToken(REQUEST);
    events.length = 0;
    await cache.getToken(REQUEST);
    await cache.bind(REQUEST).getToken();
    clock.advance(SOFT_MS);
    await cache.getToken(REQUEST);
    await settled();
    expect(events.map(({ type }) => type)).toEqual([
      "hit",
      "hit",
      "stale",
      "request-start",
      "request-end",
    ]);
    expect(events.slice(0, 3).map((event) => "fingerprint" in event && event.fingerprint)).toEqual([
      fingerprint,
      fingerprint,
      fingerprint,
    ]);
    expect(events[3]).toMatchObject({ requestId: 2, reason: "stale" });
  });

  it("tells of hits of a bound handle's fast path", async () => {
    const { cache, told } = cachedScript();
    const bound = cache.bind(REQUEST);
    for (let i = 0; i < 4; i++) await bound.getToken();
    expect(told("hit")).toHaveLength(3);
    expect(told("hit")[2]).toMatchObject({ audience: ["a"], tenant: "t" });
  });

  it("ends every request that it tells of, with the code of its failure", async () => {
    const { clock, source, cache, told } = cachedScript();
    const outcomes = [
      tokenError("ERR_TOKEN_OAUTH", { status: 400 }),
      new Error("unknown"),
      new TypeError("mistaken"),
    ];
    source.failNext(...outcomes);
    for (const tenant of ["a", "b", "c", "d"]) await cache.getToken({ tenant }).catch(() => {});
    source.hold();
    cache.getToken({ tenant: "e" }).catch(() => {});
    clock.advance(HARD_MS);
    cache.close();
    await settled();
    const ids = told("request-start").map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(5);
    expect(told("request-end").map(({ requestId }) => requestId)).toEqual(ids);
    expect(told("request-end").map(({ code }) => code)).toEqual([
      "ERR_TOKEN_OAUTH",
      "ERR_TOKEN_PROVIDER",
      "ERR_UNKNOWN",
      undefined,
      "ERR_TOKEN_CLOSED",
    ]);
    expect(told("request-end").at(-1)?.durationMs).toBe(HARD_MS);
  });

  it("tells nothing where it made no request: a failure that is remembered", async () => {
    const { source, cache, told } = cachedScript();
    source.failNext(tokenError("ERR_TOKEN_OAUTH", { status: 400 }));
    for (let i = 0; i < 3; i++) await cache.getToken().catch(() => {});
    expect(told("miss")).toHaveLength(3);
    expect(told("request-start")).toHaveLength(1);
  });

  it("has an event of its own for everything that a cache does", async () => {
    const { clock, source, cache, told } = cachedScript({ maxEntries: 1 });
    source.answerNext({ token: "a", expiresAt: Number.NaN });
    const rejected = await cache.getToken({}, { minValidityMs: 300_001 });
    await cache.getToken({}, { rejected });
    await cache.getToken();
    clock.advance(SOFT_MS);
    source.failNext(tokenError("ERR_TOKEN_PROVIDER"));
    await cache.getToken();
    source.lifetimeMs = 86_400_001;
    await cache.getToken({ tenant: "t" });
    await settled();
    const types = [
      "miss",
      "request-start",
      "request-end",
      "lifetime-skipped",
      "short-lived",
      "rejected",
      "hit",
      "stale",
      "refresh-failed",
      "lifetime-cut",
      "evicted",
    ] as const;
    for (const type of types) {
      expect(told(type)[0], type).toMatchObject({
        type,
        identity: "scripted",
        at: expect.any(Number),
      });
    }
  });

  it("bears a sink that throws", async () => {
    const { clock, cache } = cachedScript({
      onEvent: () => {
        throw new Error("the sink is broken");
      },
    });
    await cache.getToken();
    const bound = cache.bind();
    await bound.getToken();
    const rejected = await bound.getToken();
    clock.advance(SOFT_MS);
    await cache.getToken();
    await settled();
    expect((await cache.getToken({}, { rejected })).token).toBe("token-2");
    cache.close();
  });

  it("bears a sink that calls the cache", async () => {
    const tokens: Promise<unknown>[] = [];
    const { source, cache } = cachedScript({
      onEvent: ({ type }) => {
        if (type === "request-start") tokens.push(cache.getToken());
      },
    });
    const token = await cache.getToken();
    expect(await tokens[0]).toBe(token);
    expect(source.calls).toHaveLength(1);
  });
});

describe("cachingTokenSource: stats", () => {
  it("counts what happened and what is held", async () => {
    const { clock, source, cache } = cachedScript({ maxEntries: 1 });
    expect(Object.values(cache.stats()).every((count) => count === 0)).toBe(true);
    await cache.getToken(); // miss, request 1
    await cache.getToken(); // hit
    await cache.getToken(REQUEST); // miss, request 2
    const rejected = await cache.getToken(REQUEST); // hit
    await cache.getToken(REQUEST, { rejected }); // rejected, miss, request 3
    clock.advance(SOFT_MS);
    await cache.getToken(); // stale, request 4
    await settled();
    await cache.getToken({ tenant: "u" }); // miss, request 5, evicts one
    source.failNext(tokenError("ERR_TOKEN_PROVIDER"));
    await cache.getToken({ tenant: "v" }).catch(() => {}); // miss, request 6 fails
    source.hold();
    void cache.getToken({ tenant: "w" }).catch(() => {}); // miss, request 7 on its way
    cache.peek();
    cache.peek(REQUEST);
    expect(cache.stats()).toEqual({
      hits: 2,
      stale: 1,
      misses: 6,
      requests: 7,
      storeHits: 0,
      failures: 1,
      rejected: 1,
      evicted: 1,
      entries: 1,
      subjectEntries: 1,
      inFlight: 1,
    });
    source.release();
  });
});

describe("cachingTokenSource: explainKey", () => {
  it("shows what the key is made of, with the subject's fingerprint", () => {
    const { cache } = cachedScript();
    const key = cache.explainKey({ ...REQUEST, scope: ["b", "a", "b"], audience: [] });
    expect(key).toEqual({
      identity: "scripted",
      subject: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
      principal: null,
      tenant: "t",
      audience: null,
      resource: ["urn:r"],
      scope: ["a", "b"],
    });
    expect(Object.isFrozen(key)).toBe(true);
    expect(cache.explainKey()).toMatchObject({ subject: null, tenant: null, scope: null });
  });

  it("shows the same for two spellings of a request, and another for another", () => {
    const { cache } = cachedScript();
    const shown = cache.explainKey(REQUEST);
    expect(cache.explainKey({ ...REQUEST, subjectToken: "Bearer alice" })).toEqual(shown);
    expect(cache.explainKey({ ...REQUEST, subjectToken: "bob" })).not.toEqual(shown);
  });
});
