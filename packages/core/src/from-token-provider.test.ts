import { describe, expect, it } from "vitest";
import { cachingTokenSource } from "./caching-token-source.ts";
import {
  fromTokenProvider,
  type ProvidedToken,
  type TokenProvider,
} from "./from-token-provider.ts";
import { createFakeClock } from "./testing/fake-clock.ts";
import { tokenSourceContract } from "./testing/token-source-contract.ts";
import { TokenError } from "./token-error.ts";
import type { GetTokenOptions, TokenRequest } from "./token-source.ts";
import { unsignedJwt } from "./unsigned-jwt.test-support.ts";

const clock = createFakeClock();
const provided = (token: ProvidedToken) =>
  fromTokenProvider(async () => token, { clock }).getToken();

describe("fromTokenProvider", () => {
  let made = 0;
  const create = () => ({ source: fromTokenProvider(async () => ({ token: `token-${made++}` })) });
  for (const { name, run } of tokenSourceContract(create)) it(name, run);

  it("hands the provider the normal request, the signal and the refused token", async () => {
    const calls: [TokenRequest, GetTokenOptions][] = [];
    const source = fromTokenProvider(async (request, options) => {
      calls.push([request, options]);
      return { token: "abc" };
    });
    const rejected = await source.getToken();
    const { signal } = new AbortController();
    await source.getToken(
      { subjectToken: "Bearer alice", scope: [] },
      { signal, rejected, minValidityMs: 5 },
    );
    expect(calls).toEqual([
      [{}, {}],
      [{ subjectToken: "alice" }, { signal, rejected }],
    ]);
  });

  it("takes the end as an instant, as seconds from the call, or from the token", async () => {
    const now = clock.now();
    expect(await provided({ token: "abc", expiresAt: 5 })).toMatchObject({ expiresAt: 5 });
    expect((await provided({ token: "abc", expiresIn: 60 })).expiresAt).toBe(now + 60_000);
    expect((await provided({ token: unsignedJwt({ exp: 7 }) })).expiresAt).toBe(7_000);
    expect((await provided({ token: "abc", expiresAt: 5, expiresIn: 60 })).expiresAt).toBe(5);
    expect((await provided({ token: "abc" })).expiresAt).toBeUndefined();
    expect((await provided({ token: "abc", expiresIn: Number.NaN })).expiresAt).toBeUndefined();
    const spoilt = { token: "abc", expiresAt: Number.NaN, expiresIn: 60 };
    expect((await provided(spoilt)).expiresAt).toBe(now + 60_000);
  });

  it("counts seconds from the call, not from the answer", async () => {
    const slow = createFakeClock();
    const startedAt = slow.now();
    const source = fromTokenProvider(
      async () => {
        slow.advance(10_000);
        return { token: "abc", expiresIn: 60 };
      },
      { clock: slow },
    );
    expect((await source.getToken()).expiresAt).toBe(startedAt + 60_000);
  });

  it("drops a leading Bearer of the token", async () => {
    expect((await provided({ token: "Bearer abc" })).token).toBe("abc");
  });

  for (const answer of [
    undefined,
    null,
    "abc",
    {},
    { token: "" },
    { token: " " },
    { token: 1 },
    { token: "Bearer " },
  ]) {
    it(`refuses ${JSON.stringify(answer)}`, async () => {
      await expect(provided(answer as ProvidedToken)).rejects.toMatchObject({
        code: "ERR_TOKEN_PROVIDER",
        name: "TokenError",
      });
    });
  }

  const failing: [string, TokenProvider][] = [
    ["rejects", () => Promise.reject(new RangeError("s3ntinel"))],
    [
      "throws at once",
      () => {
        throw new RangeError("s3ntinel");
      },
    ],
  ];
  for (const [name, provider] of failing) {
    it(`wraps what a provider that ${name} says, without its message`, async () => {
      await expect(fromTokenProvider(provider).getToken()).rejects.toMatchObject({
        code: "ERR_TOKEN_PROVIDER",
        retryable: false,
        cause: { name: "RangeError", message: "RangeError" },
      });
    });
  }

  it("wraps a TypeError too: that is how fetch fails", async () => {
    const error = new TypeError("fetch failed", {
      cause: Object.assign(new Error("x"), { syscall: "connect", code: "ECONNREFUSED" }),
    });
    await expect(fromTokenProvider(() => Promise.reject(error)).getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      cause: { name: "TypeError", cause: { message: "connect ECONNREFUSED" } },
    });
  });

  it("accepts a plain answer of a provider that is not async", async () => {
    const provider = (() => ({ token: "abc" })) as unknown as TokenProvider;
    expect((await fromTokenProvider(provider).getToken()).token).toBe("abc");
  });

  it("lets a TokenError and an abort pass as they are", async () => {
    const error = new TokenError("ERR_TOKEN_NETWORK", "x");
    await expect(fromTokenProvider(() => Promise.reject(error)).getToken()).rejects.toBe(error);
    const controller = new AbortController();
    const reason = new Error("gone");
    const source = fromTokenProvider(async (_, { signal }) => {
      controller.abort(reason);
      signal?.throwIfAborted();
      return { token: "abc" };
    });
    await expect(source.getToken({}, { signal: controller.signal })).rejects.toBe(reason);
  });

  it("has the identity that it was given", async () => {
    expect(fromTokenProvider(async () => ({ token: "abc" }), { identity: "x" }).identity).toBe("x");
    expect(fromTokenProvider(async () => ({ token: "abc" })).identity).toBeUndefined();
  });

  it("is asked once for a thousand callers behind a cache", async () => {
    let calls = 0;
    const cache = cachingTokenSource(
      fromTokenProvider(async () => ({ token: `token-${++calls}`, expiresIn: 3_600 })),
    );
    await Promise.all(Array.from({ length: 1_000 }, () => cache.getToken()));
    expect(calls).toBe(1);
  });

  it("refuses a provider that is no function", () => {
    expect(() => fromTokenProvider("abc" as unknown as TokenProvider)).toThrow('"provider"');
  });
});
