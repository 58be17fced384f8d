import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { TokenErrorCode } from "../errors/token-error.ts";
import { cachedScript, tokenError } from "./cached-script.test-support.ts";

describe("cachingTokenSource: refusals", () => {
  const refused = () => tokenError("ERR_TOKEN_OAUTH", { status: 400, oauthError: "invalid_grant" });

  it("remembers a refusal for its lifetime, with the very error", async () => {
    const { clock, source, cache } = cachedScript();
    const error = refused();
    source.failNext(error);
    await expect(cache.getToken()).rejects.toBe(error);
    clock.advance(999);
    await expect(cache.getToken()).rejects.toBe(error);
    await expect(cache.bind().getToken()).rejects.toBe(error);
    expect(source.calls).toHaveLength(1);
    clock.advance(1);
    expect((await cache.getToken()).token).toBe("token-1");
  });

  it("counts the lifetime of a refusal from its answer", async () => {
    const { clock, source, cache } = cachedScript({ failureLifetimeMs: 5_000 });
    source.failNext(refused());
    source.hold();
    const call = cache.getToken();
    clock.advance(10_000);
    source.release();
    await expect(call).rejects.toThrow();
    clock.advance(4_999);
    await expect(cache.getToken()).rejects.toThrow();
    clock.advance(1);
    await cache.getToken();
    expect(source.calls).toHaveLength(2);
  });

  it("remembers a refusal for its request only", async () => {
    const { source, cache } = cachedScript();
    source.failNext(refused());
    await expect(cache.getToken({ subjectToken: "alice" })).rejects.toThrow();
    for (const request of [{}, { subjectToken: "bob" }, { subjectToken: "alice", tenant: "t" }]) {
      await cache.getToken(request);
    }
    expect(source.calls).toHaveLength(4);
  });

  it("remembers nothing where failureLifetimeMs is zero", async () => {
    const { source, cache } = cachedScript({ failureLifetimeMs: 0 });
    source.failNext(refused());
    await expect(cache.getToken()).rejects.toThrow();
    await cache.getToken();
    expect(source.calls).toHaveLength(2);
  });

  it("remembers a bounded number of refusals", async () => {
    const { source, cache } = cachedScript({ failureLifetimeMs: 5_000 });
    source.failure = refused();
    for (let i = 0; i < 3_000; i++) {
      await expect(cache.getToken({ subjectToken: `user-${i}` })).rejects.toThrow();
    }
    source.failure = undefined;
    await cache.getToken({ subjectToken: "user-0" }); // The oldest are forgotten, the youngest not.
    await expect(cache.getToken({ subjectToken: "user-2999" })).rejects.toThrow();
    expect(source.calls).toHaveLength(3_001);
  });

  for (const how of ["clear", "invalidate", "evict"] as const) {
    it(`forgets a refusal upon ${how}`, async () => {
      const { source, cache } = cachedScript();
      const request = { subjectToken: "alice" };
      source.failNext(refused());
      await expect(cache.getToken(request)).rejects.toThrow();
      if (how === "clear") cache.clear();
      else if (how === "evict") cache.evict(request);
      else cache.invalidate(request);
      await cache.getToken(request);
    });
  }

  const forgotten: unknown[] = [
    new TypeError("a mistaken call"),
    new DOMException("aborted", "AbortError"),
    tokenError("ERR_TOKEN_SUBJECT_REQUIRED"),
  ];
  for (const error of forgotten) {
    it(`does not remember ${error}`, async () => {
      const { source, cache } = cachedScript();
      source.failNext(error);
      await expect(cache.getToken()).rejects.toBe(error);
      expect((await cache.getToken()).token).toBe("token-1");
    });
  }
});

describe("cachingTokenSource: errors of sources that know no token errors", () => {
  it("copies what it may show, and remembers the failure for a moment", async () => {
    const { clock, source, cache } = cachedScript();
    source.failure = new Error("POST /token: assertion=s3ntinel");
    const errors: unknown[] = [];
    for (let i = 0; i < 1_000; i++) await cache.getToken().catch((error) => errors.push(error));
    expect(source.calls).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: false });
    expect(inspect(errors, { depth: null, showHidden: true })).not.toContain("s3ntinel");
    clock.advance(1_000);
    await cache.getToken().catch(() => {});
    expect(source.calls).toHaveLength(2);
  });

  it("backs off where the network failed, whatever its name", async () => {
    const { source, cache } = cachedScript();
    const cause = Object.assign(new Error("s3ntinel"), { code: "ECONNREFUSED" });
    source.failure = new TypeError("fetch failed", { cause });
    for (let i = 0; i < 200; i++) {
      await expect(cache.getToken()).rejects.toMatchObject({ retryable: true });
    }
    expect(source.calls).toHaveLength(1);
  });
});

describe("cachingTokenSource: back-off", () => {
  const passing: [TokenErrorCode, number | undefined][] = [
    ["ERR_TOKEN_NETWORK", undefined],
    ["ERR_TOKEN_TIMEOUT", undefined],
    ["ERR_TOKEN_HTTP", 408],
    ["ERR_TOKEN_HTTP", 429],
    ["ERR_TOKEN_OAUTH", 500],
    ["ERR_TOKEN_HTTP", 503],
  ];
  for (const [code, status] of passing) {
    it(`holds back after ${code} ${status ?? ""}, and tells why and for how long`, async () => {
      const { clock, source, cache } = cachedScript();
      const error = tokenError(code, { status });
      source.failNext(error);
      await expect(cache.getToken()).rejects.toBe(error);
      await expect(cache.getToken()).rejects.toMatchObject({
        code,
        retryable: true,
        retryAfterMs: 125,
        cause: error,
      });
      expect(source.calls).toHaveLength(1);
      clock.advance(125);
      await cache.getToken();
    });
  }

  it("doubles from 250 ms to 30 s, and begins anew after a success", async () => {
    const { clock, source, cache } = cachedScript({ random: () => 0.999_999 });
    const waits: number[] = [];
    const fail = async () => {
      source.failNext(tokenError("ERR_TOKEN_NETWORK"));
      await expect(cache.getToken()).rejects.toThrow();
      let waited = 0;
      for (const requests = source.calls.length; source.calls.length === requests; waited++) {
        source.failure = new TypeError("the probe went out");
        clock.advance(1);
        await cache.getToken().catch(() => {});
      }
      source.failure = undefined;
      waits.push(waited);
    };
    for (let i = 0; i < 9; i++) await fail();
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    await cache.getToken();
    cache.clear();
    await fail();
    expect(waits.at(-1)).toBe(250);
  });

  for (const [random, wait] of [
    [0, 0],
    [0.5, 125],
    [0.999, 250],
  ] as const) {
    it(`waits ${wait} of 250 ms where random is ${random}`, async () => {
      const { clock, source, cache } = cachedScript({ random: () => random });
      source.failNext(tokenError("ERR_TOKEN_NETWORK"));
      await expect(cache.getToken()).rejects.toThrow();
      if (wait > 0) {
        clock.advance(wait - 1);
        await expect(cache.getToken()).rejects.toThrow();
        clock.advance(1);
      }
      await cache.getToken();
      expect(source.calls).toHaveLength(2);
    });
  }

  it("holds back the key that failed, and no other", async () => {
    const { source, cache } = cachedScript();
    const others = [{}, { subjectToken: "bob" }, { subjectToken: "alice", audience: ["x"] }];
    source.failNext(tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 3_600_000 }));
    await expect(cache.getToken({ subjectToken: "alice" })).rejects.toThrow();
    for (const request of others) await cache.getToken(request);
    await expect(cache.getToken({ subjectToken: "alice" })).rejects.toMatchObject({ status: 429 });
    expect(source.calls).toHaveLength(4);
  });

  it("waits as long as Retry-After says if that is longer", async () => {
    for (const [retryAfterMs, wait] of [
      [100, 125],
      [30_000, 30_000],
      [120_000, 120_000],
    ] as const) {
      const { clock, source, cache } = cachedScript();
      source.failNext(tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs }));
      await expect(cache.getToken()).rejects.toThrow();
      clock.advance(wait - 1);
      await expect(cache.getToken()).rejects.toMatchObject({ status: 429, retryAfterMs: 1 });
      clock.advance(1);
      await cache.getToken();
      expect(source.calls).toHaveLength(2);
    }
  });

  for (const how of ["clear", "invalidate", "evict"] as const) {
    it(`is lifted upon ${how}`, async () => {
      const { source, cache } = cachedScript();
      const request = { subjectToken: "alice" };
      source.failNext(tokenError("ERR_TOKEN_HTTP", { status: 429, retryAfterMs: 30_000 }));
      await expect(cache.getToken(request)).rejects.toThrow();
      if (how === "clear") cache.clear();
      else if (how === "evict") cache.evict(request);
      else cache.invalidate(request);
      await cache.getToken(request);
    });
  }
});
