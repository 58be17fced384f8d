import { describe, expect, it } from "vitest";
import {
  cachedScript,
  HARD_MS,
  LIFETIME_MS,
  settled,
  tokenError,
} from "./cached-script.test-support.ts";

describe("cachingTokenSource: last resort", () => {
  for (const [passed, served] of [
    [HARD_MS, true],
    [LIFETIME_MS - 2_001, true],
    [LIFETIME_MS - 2_000, false],
    [LIFETIME_MS - 1_999, false],
    [LIFETIME_MS, false],
  ] as const) {
    it(`${served ? "serves" : "does not serve"} a token of ${passed} ms if a refresh has just failed`, async () => {
      const { clock, source, cache } = cachedScript();
      const old = await cache.getToken();
      clock.advance(passed);
      source.failNext(tokenError("ERR_TOKEN_HTTP", { status: 503, retryAfterMs: 60_000 }));
      for (const get of [() => cache.getToken(), () => cache.bind().getToken()]) {
        if (served) expect(await get()).toBe(old);
        else await expect(get()).rejects.toMatchObject({ status: 503 });
      }
      expect(source.calls).toHaveLength(2);
    });
  }

  it("waits for the request first: a new token is better", async () => {
    const { clock, cache } = cachedScript();
    await cache.getToken();
    clock.advance(HARD_MS);
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("is none past the end of the subject", async () => {
    const { clock, source, cache } = cachedScript();
    const request = { subjectToken: "opaque" };
    await cache.getToken(request);
    await cache.getToken(request, { subjectExpiresAt: clock.now() + 60_000 });
    source.failure = tokenError("ERR_TOKEN_HTTP", { status: 503, retryAfterMs: 60_000 });
    clock.advance(60_000);
    await expect(cache.getToken(request)).rejects.toMatchObject({ status: 503 });
  });

  it.each([
    [10_000, 5_000],
    [5_000, 2_999],
  ])("is handed out if a refresh hangs, %i ms before the end after %i ms", async (left, waited) => {
    const { clock, source, cache } = cachedScript();
    const { token } = await cache.getToken();
    clock.advance(LIFETIME_MS - left);
    source.hold();
    let served: string | undefined;
    void cache.getToken().then((got) => {
      served = got.token;
    });
    clock.advance(waited - 1);
    await settled();
    expect(served).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(served).toBe(token);
    source.release();
    await settled();
    expect((await cache.getToken()).token).toBe("token-2");
  });

  it("is not handed out late if it was dropped while a refresh hangs", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    clock.advance(LIFETIME_MS - 10_000);
    source.hold();
    const call = cache.getToken();
    cache.clear();
    clock.advance(5_000);
    source.release();
    expect((await call).token).toBe("token-2");
  });

  it("is for failures that may pass only", async () => {
    const failures = [
      tokenError("ERR_TOKEN_OAUTH", { status: 400 }),
      tokenError("ERR_TOKEN_TLS"),
      new TypeError("mistaken"),
    ];
    for (const error of failures) {
      const { clock, source, cache } = cachedScript();
      await cache.getToken();
      clock.advance(HARD_MS);
      source.failNext(error);
      await expect(cache.getToken()).rejects.toBe(error);
    }
  });
});
