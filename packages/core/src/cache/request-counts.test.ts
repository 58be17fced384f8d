import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { cachedScript, SOFT_MS, settled, tokenError } from "./cached-script.test-support.ts";

const CALLERS = Array.from({ length: 1_000 });

/** Scenarios in which other caches of tokens were measured, with the number of requests that ours makes. */
describe("cachingTokenSource: request counts", () => {
  it("1 for 1,000 cold callers, 1 for 1,000 when it has expired", async () => {
    const { clock, source, cache } = cachedScript();
    await Promise.all(CALLERS.map(() => cache.getToken()));
    expect(source.calls).toHaveLength(1);
    clock.advance(3_600_000);
    await Promise.all(CALLERS.map(() => cache.getToken()));
    expect(source.calls).toHaveLength(2);
  });

  it("1 for 1,000 callers shortly before the end, none of whom waits", async () => {
    const { clock, source, cache } = cachedScript();
    const old = await cache.getToken();
    clock.advance(3_600_000 - 31_000);
    source.hold();
    const tokens = await Promise.all(CALLERS.map(() => cache.getToken()));
    expect(tokens.every((token) => token === old)).toBe(true);
    expect(source.calls).toHaveLength(2);
  });

  it("1 where the token endpoint fails shortly before the end, and everyone gets the valid token", async () => {
    const { clock, source, cache } = cachedScript();
    const old = await cache.getToken();
    clock.advance(3_600_000 - 29_000);
    source.failure = tokenError("ERR_TOKEN_HTTP", { status: 503, retryAfterMs: 10_000 });
    for (let i = 0; i < 20; i++) expect(await cache.getToken()).toBe(old);
    expect(source.calls).toHaveLength(2);
  });

  it("1 for 1,000 callers whom the endpoint refuses, and 1 for 100 more one after another", async () => {
    const { source, cache } = cachedScript();
    source.failure = tokenError("ERR_TOKEN_OAUTH", { status: 400, oauthError: "invalid_client" });
    await Promise.allSettled(CALLERS.map(() => cache.getToken()));
    for (let i = 0; i < 100; i++) await cache.getToken().catch(() => {});
    expect(source.calls).toHaveLength(1);
  });

  it("1 for 20 calls against 429 with Retry-After: 30", async () => {
    const { clock, source, cache } = cachedScript();
    source.failure = tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 30_000 });
    for (let i = 0; i < 20; i++) {
      await expect(cache.getToken()).rejects.toMatchObject({ status: 429 });
      clock.advance(1_000);
    }
    expect(source.calls).toHaveLength(1);
  });

  it("1 for 100 calls with tokens of 120 s", async () => {
    const { source, cache } = cachedScript();
    source.lifetimeMs = 120_000;
    for (let i = 0; i < 100; i++) await cache.getToken();
    expect(source.calls).toHaveLength(1);
  });

  it("1 for 20 calls where only the token's exp tells its end, and 1 three hours later", async () => {
    const { clock, source, cache } = cachedScript();
    const exp = () => unsignedJwt({ exp: clock.now() / 1_000 + 3_600 });
    source.answerNext({ token: exp() });
    for (let i = 0; i < 20; i++) {
      await cache.getToken();
      clock.advance(60_000);
    }
    expect(source.calls).toHaveLength(1);
    clock.advance(3 * 3_600_000);
    source.answerNext({ token: exp() });
    for (let i = 0; i < 5; i++) await cache.getToken();
    expect(source.calls).toHaveLength(2);
  });

  it("1 when the wall clock went back two hours and the token is really expired", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    clock.step(-2 * 3_600_000);
    clock.advance(3_600_000);
    expect((await cache.getToken()).token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("1 for each of two tenants that alternate, 100 calls, cold at the same time", async () => {
    const { source, cache } = cachedScript();
    const [a, b] = await Promise.all(["a", "b"].map((tenant) => cache.getToken({ tenant })));
    expect(a).not.toBe(b);
    for (let i = 0; i < 50; i++) {
      expect(await cache.getToken({ tenant: "a" })).toBe(a);
      expect(await cache.getToken({ tenant: "b" })).toBe(b);
    }
    expect(source.calls).toHaveLength(2);
  });

  it("1 for each list of resources, also where lists share their end", async () => {
    const { source, cache } = cachedScript();
    const ac = await cache.getToken({ resource: ["urn:a", "urn:c"] });
    expect(await cache.getToken({ resource: ["urn:b", "urn:c"] })).not.toBe(ac);
    expect(source.calls).toHaveLength(2);
  });

  it("101 for 101 users, each asked twice in turn", async () => {
    const { source, cache } = cachedScript();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 101; i++) await cache.getToken({ subjectToken: `user-${i}` });
    }
    expect(source.calls).toHaveLength(101);
  });

  it("2 when the credential was rotated, and the old token is not served", async () => {
    const { source, cache } = cachedScript();
    await cache.getToken();
    source.identity = "rotated";
    for (let i = 0; i < 10; i++) expect((await cache.getToken()).token).toBe("token-2");
    expect(source.calls).toHaveLength(2);
  });

  it("1 for the second caller where the first aborts, and the second gets the token", async () => {
    const { source, cache } = cachedScript();
    source.hold();
    const controller = new AbortController();
    const first = cache.getToken({}, { signal: controller.signal });
    const second = cache.getToken();
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    source.release();
    expect((await second).token).toBe("token-1");
    expect(source.calls).toHaveLength(1);
  });

  it("no unhandled rejection where refreshes fail until the token is over", async () => {
    const { clock, source, cache, told } = cachedScript();
    await cache.getToken();
    clock.advance(SOFT_MS);
    source.failure = tokenError("ERR_TOKEN_HTTP", { status: 503 });
    for (let passed = SOFT_MS; passed < 3_600_000 - 40_000; passed += 10_000) {
      await cache.getToken();
      await settled();
      clock.advance(10_000);
    }
    expect(told("refresh-failed").length).toBeGreaterThan(30);
    expect(told("refresh-failed").length).toBe(source.calls.length - 1);
  });
});
