import { describe, expect, it } from "vitest";
import type { CachingTokenSourceOptions } from "../cache/cache-options.ts";
import {
  type CachedScript,
  cachedScript,
  settled,
  tokenError,
} from "../cache/cached-script.test-support.ts";

const DOWN = tokenError("ERR_TOKEN_NETWORK");
const user = (name: string | number) => ({ subjectToken: `user-${name}` });

/** Three users in a row could not be served. */
async function down(options: CachingTokenSourceOptions = {}): Promise<CachedScript> {
  const script = cachedScript({ random: () => 0, ...options });
  script.source.failure = DOWN;
  for (const name of ["a", "b", "c"]) {
    await expect(script.cache.getToken(user(name))).rejects.toThrow();
  }
  return script;
}

/** Lets time pass as it does: what can run, runs in between. */
async function pass({ clock }: CachedScript, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    clock.advance(Math.min(50, left));
    await settled();
  }
}

function watched(promise: Promise<unknown>) {
  const state: { outcome: unknown } = { outcome: "waits" };
  promise.then(
    () => (state.outcome = "served"),
    (error: unknown) => (state.outcome = error),
  );
  return state;
}

describe("EndpointGate", () => {
  it("stays open while fewer than three keys have failed in a row", async () => {
    const script = cachedScript({ random: () => 0 });
    const { source, cache } = script;
    for (let round = 0; round < 20; round++) {
      source.failNext(DOWN, DOWN);
      await expect(cache.getToken(user(`x${round}`))).rejects.toBe(DOWN);
      await expect(cache.getToken(user(`y${round}`))).rejects.toBe(DOWN);
      await cache.getToken(user(`z${round}`));
    }
    expect(source.calls).toHaveLength(60);
  });

  it("takes the failures of one key for one", async () => {
    const { clock, source, cache } = cachedScript({ random: () => 0 });
    source.failure = DOWN;
    for (let i = 0; i < 10; i++) {
      await expect(cache.getToken(user("a"))).rejects.toThrow();
      clock.advance(30_000);
    }
    source.failure = undefined;
    const calls = source.calls.length;
    await Promise.all(["b", "c", "d"].map((name) => cache.getToken(user(name))));
    expect(source.calls).toHaveLength(calls + 3);
  });

  it("counts users, not what one of them asks for", async () => {
    const { clock, source, cache } = cachedScript({ random: () => 0 });
    source.failure = tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 60_000 });
    for (const request of [user("a"), { principal: "mallory" }]) {
      for (let i = 0; i < 30; i++) {
        await expect(cache.getToken({ ...request, audience: [`${i}`] })).rejects.toThrow();
      }
    }
    source.failure = undefined;
    const calls = source.calls.length;
    for (let i = 0; i < 10; i++) {
      await cache.getToken(user(`good-${i}`));
      clock.advance(100);
    }
    expect(source.calls).toHaveLength(calls + 10);
  });

  it("lets a user probe who has not just failed, if there is one", async () => {
    const script = await down();
    const { source, cache } = script;
    const failed = watched(cache.getToken({ ...user("a"), audience: ["x"] }));
    const other = watched(cache.getToken(user("new")));
    source.failure = undefined;
    source.hold();
    await pass(script, 1_000);
    expect(source.calls.at(-1)?.request).toEqual(user("new"));
    source.release();
    await settled();
    expect([failed.outcome, other.outcome]).toEqual(["served", "served"]);
  });

  it("lets another request probe if one hangs longer than callers wait", async () => {
    const script = await down();
    const { source, cache } = script;
    source.hold();
    const hung = watched(cache.getToken(user(1)));
    await pass(script, 1_000);
    expect(source.waiting).toBe(1);
    source.failure = undefined;
    await pass(script, 500);
    const later = watched(cache.getToken(user(2)));
    await pass(script, 5_000);
    expect(source.waiting).toBe(2);
    source.release();
    await settled();
    expect([hung.outcome, later.outcome]).toEqual([DOWN, "served"]);
  });

  it("sends no request that all callers have left before its turn", async () => {
    const script = await down();
    const { source, cache } = script;
    const abort = new AbortController();
    for (let i = 0; i < 100; i++) {
      cache.getToken(user(i), { signal: abort.signal }).catch(() => {});
    }
    const stays = watched(cache.getToken(user("stays")));
    abort.abort();
    source.failure = undefined;
    const calls = source.calls.length;
    await pass(script, 1_000);
    expect(stays.outcome).toBe("served");
    expect(source.calls).toHaveLength(calls + 1);
  });

  it("doubles until nobody waits", async () => {
    const script = await down();
    const { source, cache } = script;
    for (let i = 0; i < 3_000; i++) void watched(cache.getToken(user(i)));
    source.failure = undefined;
    source.hold();
    await pass(script, 1_000);
    const atOnce: number[] = [];
    while (source.waiting > 0) {
      atOnce.push(source.waiting);
      for (let i = atOnce.at(-1) ?? 0; i > 0; i--) source.releaseOne();
      await settled();
    }
    expect(atOnce).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 953]);
  });

  it("lets one request probe, makes the others wait for it, and gives them its error", async () => {
    const script = await down();
    const { source, cache } = script;
    const calls = Array.from({ length: 50 }, (_, i) => watched(cache.getToken(user(i))));
    await settled();
    expect(source.calls).toHaveLength(3);
    expect(calls.every(({ outcome }) => outcome === "waits")).toBe(true);
    await pass(script, 1_000);
    expect(source.calls).toHaveLength(4);
    expect(calls[0]?.outcome).toBe(DOWN);
    for (const { outcome } of calls.slice(1)) {
      expect(outcome).toMatchObject({
        code: "ERR_TOKEN_NETWORK",
        retryable: true,
        retryAfterMs: 1_000,
        cause: DOWN,
      });
    }
  });

  it("probes once a second while somebody asks, and not by itself", async () => {
    const script = await down();
    for (let i = 0; i < 300; i++) {
      script.cache.getToken(user(i)).catch(() => {});
      await pass(script, 100);
    }
    expect(script.source.calls.length - 3).toBeLessThanOrEqual(30);
    expect(script.source.calls.length - 3).toBeGreaterThanOrEqual(28);
    await pass(script, 6_000);
    const calls = script.source.calls.length;
    await pass(script, 60_000);
    expect(script.source.calls).toHaveLength(calls);
  });

  it("opens in doubling steps after the first success, and reaches all who wait", async () => {
    const script = await down();
    const { source, cache } = script;
    const calls = Array.from({ length: 100 }, (_, i) => watched(cache.getToken(user(i))));
    source.failure = undefined;
    source.hold();
    await pass(script, 1_000);
    const atOnce: number[] = [];
    while (source.waiting > 0) {
      atOnce.push(source.waiting);
      for (let i = atOnce.at(-1) ?? 0; i > 0; i--) source.releaseOne();
      await settled();
    }
    expect(atOnce).toEqual([1, 2, 4, 8, 16, 32, 37]);
    expect(calls.every(({ outcome }) => outcome === "served")).toBe(true);
  });

  it("forgives the keys that failed while the endpoint was down", async () => {
    const script = await down({ random: () => 0.999 });
    const { source, cache } = script;
    source.failure = undefined;
    const probe = watched(cache.getToken(user("new")));
    await pass(script, 1_300);
    expect(probe.outcome).toBe("served");
    await cache.getToken(user("a"));
  });

  it("holds a refusal for an answer: the endpoint is up", async () => {
    const script = await down();
    const { source, cache } = script;
    const refusal = tokenError("ERR_TOKEN_OAUTH", { status: 400, oauthError: "invalid_grant" });
    source.failure = undefined;
    source.failNext(refusal);
    const calls = [user("revoked"), user("good")].map((it) => watched(cache.getToken(it)));
    await pass(script, 1_000);
    expect(calls.map(({ outcome }) => outcome)).toEqual([refusal, "served"]);
  });

  it("gives the turn to the next if the caller's mistake ended the probe", async () => {
    const script = await down();
    const { source, cache } = script;
    source.failure = undefined;
    source.failNext(new TypeError("a mistaken call"));
    const calls = [user("mistaken"), user("good")].map((it) => watched(cache.getToken(it)));
    await pass(script, 1_000);
    expect(calls.map(({ outcome }) => outcome)).toEqual([expect.any(TypeError), "served"]);
  });

  it("ends a wait after maxProbeWaitMs where the probe hangs", async () => {
    const script = await down({ maxProbeWaitMs: 3_000 });
    const { source, cache } = script;
    source.hold();
    const [probe, other] = [user(1), user(2)].map((it) => watched(cache.getToken(it)));
    await pass(script, 2_950);
    expect(other?.outcome).toBe("waits");
    await pass(script, 50);
    expect(other?.outcome).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(probe?.outcome).toBe("waits");
    expect(source.waiting).toBe(1);
  });

  it("fails at once where maxProbeWaitMs is 0", async () => {
    const { source, cache } = await down({ maxProbeWaitMs: 0 });
    await expect(cache.getToken(user(1))).rejects.toMatchObject({ retryAfterMs: 1_000 });
    expect(source.calls).toHaveLength(3);
  });

  it("ends the wait of a caller that aborts, and of all when it is closed", async () => {
    const { source, cache } = await down();
    const abort = new AbortController();
    const gone = cache.getToken(user(1), { signal: abort.signal });
    const closed = cache.getToken(user(2));
    abort.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    cache.close();
    await expect(closed).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    expect(source.calls).toHaveLength(3);
  });

  it("holds for one tenant only", async () => {
    const { source, cache } = cachedScript({ random: () => 0 });
    source.failNext(DOWN, DOWN, DOWN);
    for (const name of ["a", "b", "c"]) {
      await expect(cache.getToken({ ...user(name), tenant: "t1" })).rejects.toThrow();
    }
    await cache.getToken({ ...user("d"), tenant: "t2" });
    await cache.getToken(user("d"));
    expect(source.calls).toHaveLength(5);
  });

  it("is lifted by clear, in steps for those who wait", async () => {
    const script = await down();
    const { source, cache } = script;
    const calls = [1, 2, 3].map((name) => watched(cache.getToken(user(name))));
    source.failure = undefined;
    source.hold();
    cache.clear();
    await settled();
    expect(source.waiting).toBe(1);
    source.release();
    await settled();
    expect(calls.every(({ outcome }) => outcome === "served")).toBe(true);
  });

  it("is lifted by evicting one of the users who closed it", async () => {
    const { source, cache } = await down();
    source.failure = undefined;
    cache.evict(user("a"));
    await cache.getToken(user("d"));
    expect(source.calls).toHaveLength(4);
  });

  it("does not count a user who was evicted", async () => {
    const { source, cache } = cachedScript({ random: () => 0 });
    source.failNext(DOWN, DOWN, DOWN);
    for (const name of ["a", "b"]) await expect(cache.getToken(user(name))).rejects.toThrow();
    cache.evict(user("a"));
    await expect(cache.getToken(user("c"))).rejects.toThrow();
    await cache.getToken(user("d"));
    expect(source.calls).toHaveLength(4);
  });

  describe("Retry-After", () => {
    const busy = (retryAfterMs: number) =>
      tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs });

    it.each([
      ["is the endpoint's if three keys were told", [20_000, 20_000, 30_000], 20_000],
      ["holds no longer than a minute without a probe", [3_600_000, 3_600_000, 3_600_000], 60_000],
      ["is the keys' own if one was not told", [20_000, 20_000, undefined], 1_000],
    ])("%s", async (_, told, wait) => {
      const script = cachedScript({ random: () => 0, maxProbeWaitMs: 0 });
      const { clock, source, cache } = script;
      source.failNext(...told.map((ms) => (ms === undefined ? DOWN : busy(ms))));
      for (const name of ["a", "b", "c"]) {
        await expect(cache.getToken(user(name))).rejects.toThrow();
      }
      clock.advance(wait - 1);
      await expect(cache.getToken(user("d"))).rejects.toMatchObject({ retryAfterMs: 1 });
      clock.advance(1);
      await cache.getToken(user("d"));
      expect(source.calls).toHaveLength(4);
    });

    it("fails at once where the next probe comes later than the wait may last", async () => {
      const { source, cache } = cachedScript({ random: () => 0 });
      source.failNext(busy(20_000), busy(20_000), busy(20_000));
      for (const name of ["a", "b", "c"]) {
        await expect(cache.getToken(user(name))).rejects.toThrow();
      }
      const error = await cache.getToken(user("d")).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 20_000 });
    });
  });

  it("hands out a token that still lives, and makes no caller wait for it", async () => {
    const script = cachedScript({ random: () => 0 });
    const { clock, source, cache } = script;
    const request = user("alice");
    const { token } = await cache.getToken(request);
    clock.advance(3_600_000 - 20_000); // Expired by the buffer; it lives for 20 s.
    source.failure = DOWN;
    for (const name of ["a", "b", "c"]) {
      await expect(cache.getToken(user(name))).rejects.toThrow();
    }
    for (let i = 0; i < 17; i++) {
      expect((await cache.getToken(request)).token).toBe(token);
      await pass(script, 1_000);
    }
    source.failure = undefined;
    await pass(script, 1_500);
    cache.getToken(request).catch(() => {});
    await pass(script, 1_500);
    expect((await cache.getToken(request)).token).not.toBe(token);
  });
});
