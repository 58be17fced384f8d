import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, LIFETIME_MS, SOFT_MS } from "./cached-script.test-support.ts";

const MINUTE = 60_000;

describe("cachingTokenSource: minValidityMs", () => {
  for (const [left, requests] of [
    [10 * MINUTE + 1, 1],
    [10 * MINUTE, 1],
    [10 * MINUTE - 1, 2],
  ] as const) {
    it(`makes ${requests} requests for a caller who needs 10 min where ${left} ms are left`, async () => {
      const { clock, source, cache } = cachedScript({ random: () => 0.999 });
      await cache.getToken();
      clock.advance(LIFETIME_MS - left);
      source.hold();
      const call = cache.getToken({}, { minValidityMs: 10 * MINUTE });
      const others = cache.getToken();
      source.release();
      expect((await call).token).toBe(`token-${requests}`);
      expect((await others).token).toBe("token-1");
    });
  }

  it("returns a token just fetched whatever it has left, and tells", async () => {
    const { source, cache, told } = cachedScript();
    source.lifetimeMs = MINUTE;
    const token = await cache.getToken({ tenant: "t" }, { minValidityMs: MINUTE + 1 });
    expect(token.token).toBe("token-1");
    expect(told("short-lived")).toMatchObject([{ tenant: "t", fingerprint: token.fingerprint }]);
    await cache.getToken({ tenant: "u" }, { minValidityMs: MINUTE });
    expect(told("short-lived")).toHaveLength(1);
    expect(source.calls[0]?.options?.minValidityMs).toBe(MINUTE + 1);
  });

  for (const [passed, requests] of [
    [4_999, 1],
    [5_000, 2],
    [5_001, 2],
  ] as const) {
    it(`has made ${requests} requests ${passed} ms after a short-lived token came`, async () => {
      const { clock, source, cache, told } = cachedScript();
      source.lifetimeMs = MINUTE;
      const options = { minValidityMs: 2 * MINUTE };
      await cache.getToken({}, options);
      clock.advance(passed);
      for (let i = 0; i < 10; i++) await cache.getToken({}, options);
      expect(source.calls).toHaveLength(requests);
      expect(told("short-lived")).toHaveLength(11);
    });
  }

  it("does not make an expired token valid", async () => {
    const { clock, cache } = cachedScript({ minRefreshIntervalMs: 3_600_000 });
    await cache.getToken();
    clock.advance(HARD_MS);
    expect((await cache.getToken({}, { minValidityMs: LIFETIME_MS * 2 })).token).toBe("token-2");
  });

  it("refreshes ahead as for any other caller", async () => {
    const { clock, source, cache } = cachedScript();
    const old = await cache.getToken();
    clock.advance(SOFT_MS);
    source.hold();
    expect(await cache.getToken({}, { minValidityMs: MINUTE })).toBe(old);
    expect(source.calls).toHaveLength(2);
  });

  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, "60000", null]) {
    it(`refuses ${value}, also on a hit`, async () => {
      const { cache } = cachedScript();
      await cache.getToken();
      const call = cache.getToken({}, { minValidityMs: value as number });
      await expect(call).rejects.toThrow('"minValidityMs"');
    });
  }
});
