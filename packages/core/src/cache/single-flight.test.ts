import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, settled, tokenError } from "./cached-script.test-support.ts";

const CALLERS = 1_000;

/** The tokens that so many callers get at once. */
async function burst(get: () => Promise<{ token: string }>): Promise<string[]> {
  const tokens = await Promise.all(Array.from({ length: CALLERS }, get));
  return [...new Set(tokens.map(({ token }) => token))];
}

describe("cachingTokenSource: single flight", () => {
  it("asks once for a thousand cold callers", async () => {
    const { source, cache } = cachedScript();
    expect(await burst(() => cache.getToken())).toEqual(["token-1"]);
    expect(source.calls).toHaveLength(1);
    expect(cache.stats()).toMatchObject({ requests: 1, misses: CALLERS, entries: 1, inFlight: 0 });
  });

  it("asks once for a thousand callers whose token is expired", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    clock.advance(HARD_MS);
    expect(await burst(() => cache.getToken())).toEqual(["token-2"]);
    expect(source.calls).toHaveLength(2);
  });

  it("asks once for a thousand callers whose token was refused", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    expect(await burst(() => cache.getToken({}, { rejected }))).toEqual(["token-2"]);
    expect(source.calls).toHaveLength(2);
  });

  it("asks once for getToken and bound callers together", async () => {
    const { source, cache } = cachedScript();
    const bound = cache.bind();
    await Promise.all([cache.getToken(), bound.getToken(), cache.bind({}).getToken()]);
    expect(source.calls).toHaveLength(1);
  });

  it("asks once per key, at the same time", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const calls = ["a", "b", "a"].map((tenant) => cache.getToken({ tenant }));
    expect(source.waiting).toBe(2);
    expect(cache.stats().inFlight).toBe(2);
    source.release();
    const [a, b, again] = await Promise.all(calls);
    expect(again).toBe(a);
    expect(b).not.toBe(a);
  });

  it("runs one request at a time and queues at most one for a key", async () => {
    const { source, cache } = cachedScript();
    const rejected = await cache.getToken();
    cache.clear();
    source.hold();
    const calls = [cache.getToken()];
    for (let i = 0; i < 10; i++) {
      calls.push(cache.getToken({}, { rejected }), cache.getToken());
      cache.clear();
      await settled();
      expect(source.waiting).toBe(1);
    }
    source.releaseOne();
    await settled();
    expect(source.waiting).toBe(1);
    source.release();
    await Promise.all(calls);
    await settled();
    expect(source.calls).toHaveLength(3);
    expect(cache.stats().inFlight).toBe(0);
  });

  it("shares a failure among those waiting", async () => {
    const { source, cache } = cachedScript();
    const error = new TypeError("shared");
    source.failNext(error);
    const results = await Promise.allSettled(
      Array.from({ length: CALLERS }, () => cache.getToken()),
    );
    expect(new Set(results.map((result) => result.status === "rejected" && result.reason))).toEqual(
      new Set([error]),
    );
    expect(source.calls).toHaveLength(1);
  });
});

describe("cachingTokenSource: abort", () => {
  const reason = new Error("the caller is gone");

  for (const first of [true, false]) {
    it(`ends the wait of the ${first ? "first" : "second"} caller only, with its reason`, async () => {
      const { source, cache } = cachedScript();
      source.hold();
      const controller = new AbortController();
      const aborted = { signal: controller.signal };
      const calls = [
        cache.getToken({}, first ? aborted : undefined),
        cache.getToken({}, first ? undefined : aborted),
      ];
      const [gone, staying] = first ? calls : calls.reverse();
      controller.abort(reason);
      await expect(gone).rejects.toBe(reason);
      expect(source.waiting).toBe(1);
      source.release();
      expect((await staying)?.token).toBe("token-1");
    });
  }

  it("caches the answer that nobody waits for any more", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const controller = new AbortController();
    const gone = cache.getToken({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(gone).rejects.toBe(reason);
    source.release();
    await settled();
    expect((await cache.getToken()).token).toBe("token-1");
    expect(source.calls).toHaveLength(1);
  });

  it("hands no signal of a caller to the source", async () => {
    const { source, cache } = cachedScript();
    const { signal } = new AbortController();
    await cache.getToken({}, { signal });
    expect(source.calls[0]?.options?.signal).toBeInstanceOf(AbortSignal);
    expect(source.calls[0]?.options?.signal).not.toBe(signal);
  });

  it("rejects with the reason of a signal already aborted, also on a hit, and asks nobody", async () => {
    const { source, cache } = cachedScript();
    const options = { signal: AbortSignal.abort(reason) };
    const bound = cache.bind();
    await expect(cache.getToken({}, options)).rejects.toBe(reason);
    await expect(bound.getToken(options)).rejects.toBe(reason);
    expect(source.calls).toHaveLength(0);
    await bound.getToken();
    await bound.getToken();
    await expect(cache.getToken({}, options)).rejects.toBe(reason);
    await expect(bound.getToken(options)).rejects.toBe(reason);
  });

  it("rejects if the signal is aborted while the request begins", async () => {
    const controller = new AbortController();
    const { source, cache } = cachedScript({ onEvent: () => controller.abort(reason) });
    source.hold();
    source.failNext(new Error("nobody hears of it"));
    await expect(cache.getToken({}, { signal: controller.signal })).rejects.toBe(reason);
    source.release();
    await settled(); // and no unhandled rejection
  });

  it("leaves no listener on the signal", async () => {
    const { source, cache } = cachedScript();
    const { signal } = new AbortController();
    const listeners = new Set<unknown>();
    signal.addEventListener = (_: string, listener: unknown) => void listeners.add(listener);
    signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
    source.hold();
    const calls = [cache.getToken({}, { signal }), cache.getToken({ tenant: "t" }, { signal })];
    expect(listeners.size).toBe(2);
    source.failure = tokenError("ERR_TOKEN_NETWORK");
    source.release();
    await Promise.allSettled(calls);
    await settled();
    expect(listeners.size).toBe(0);
  });
});
