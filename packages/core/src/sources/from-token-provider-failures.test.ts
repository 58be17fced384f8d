import { inspect } from "node:util";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { fromTokenProvider } from "./from-token-provider.ts";
import type { TokenProvider } from "./token-provider.ts";

const SENTINEL = "s3ntinel";
const clock = createFakeClock();
const seconds = clock.now() / 1_000;
const thrower = (error: unknown) => () => {
  throw error;
};

/** What providers do that is of no use, and how the error names it. */
const USELESS: [string, () => unknown, string][] = [
  ["undefined", () => undefined, "undefined;"],
  ["null", async () => null, "null;"],
  ["a number", () => 5, "a number;"],
  ["a list", () => [SENTINEL], 'a list without a "token";'],
  ["a function", () => () => SENTINEL, "a function;"],
  ["an object without a token", () => ({ accessToken: SENTINEL }), 'an object without a "token";'],
  ["an object with a number", () => ({ token: 5 }), 'an object whose "token" is a number;'],
  ["an empty text", () => "", "an empty token;"],
  ["a blank token", async () => ({ token: " " }), "an empty token;"],
  ["a scheme alone", () => "Bearer ", "an empty token;"],
  ["a page", () => `<html> ${SENTINEL}`, "HTML or XML, not a token;"],
  ["a whole response", () => `{"token":"${SENTINEL}"}`, "a JSON document, not a token;"],
  ["a variable's line", () => ({ token: `T=${SENTINEL}` }), "a line NAME=value, not a token"],
  ["two tokens", () => `${SENTINEL} two`, "a token with characters that no header can carry;"],
  ["an expired JWT", () => unsignedJwt({ exp: seconds, jti: SENTINEL }), "expired 0 ms ago"],
  [
    "a token past its end",
    () => ({ token: SENTINEL, expiresAt: clock.now() - 1 }),
    "expired 1 ms ago",
  ],
  [
    "an end in seconds",
    () => ({ token: SENTINEL, expiresAt: seconds + 60 }),
    '"expiresAt" is in milliseconds',
  ],
  [
    "an end as a Date",
    () => ({ token: SENTINEL, expiresAt: new Date(0) }),
    "is an instance of Date, not a number;",
  ],
  [
    "an end as a text",
    () => ({ token: SENTINEL, expiresAt: "2026" }),
    "is a string, not a number;",
  ],
  ["an error", thrower(new RangeError(SENTINEL)), "provider threw RangeError"],
  ["a rejection", () => Promise.reject(new RangeError(SENTINEL)), "provider threw RangeError"],
  ["a thrown text", thrower(SENTINEL), "provider threw a string"],
  ["a thrown nothing", thrower(undefined), "provider threw undefined"],
];

const coded = (code: string) => Object.assign(new Error(SENTINEL), { code });

function circular(): Error {
  const error = new Error(SENTINEL);
  error.cause = error;
  return error;
}

/** An error of which nothing can be read. */
function hostile(): Error {
  const fail = {
    get(): never {
      throw new Error(SENTINEL);
    },
  };
  const members = ["name", "message", "stack", "code", "cause", "retryable", "retryAfterMs"];
  return Object.defineProperties(
    new Error(SENTINEL),
    Object.fromEntries(members.map((member) => [member, fail])),
  );
}

describe("fromTokenProvider: what is of no use", () => {
  for (const [name, useless, says] of USELESS) {
    it(`${name} fails for all who wait, is named without its value, and is remembered for a moment`, async () => {
      const provider = vi.fn(useless as TokenProvider);
      const source = fromTokenProvider(provider, { clock });
      const errors = await Promise.all(
        [1, 2, 3].map(() => source.getToken().catch((error: unknown) => error)),
      );
      expect(new Set(errors).size).toBe(1);
      expect(provider).toHaveBeenCalledTimes(1);
      expect(errors[0]).toMatchObject({
        name: "TokenError",
        code: "ERR_TOKEN_PROVIDER",
        retryable: false,
        message: expect.stringContaining(says),
      });
      expect(inspect(errors[0], { depth: null, showHidden: true })).not.toContain(SENTINEL);
      provider.mockImplementation(() => "abc");
      await expect(source.getToken()).rejects.toBe(errors[0]);
      source.clear();
      expect((await source.getToken()).token).toBe("abc");
      expect(provider).toHaveBeenCalledTimes(2);
    });
  }

  it("is asked again after failureLifetimeMs", async () => {
    const own = createFakeClock();
    const provider = vi.fn<TokenProvider>(thrower(new Error(SENTINEL)));
    const source = fromTokenProvider(provider, { clock: own, failureLifetimeMs: 200 });
    await expect(source.getToken()).rejects.toThrow();
    own.advance(199);
    await expect(source.getToken()).rejects.toThrow();
    expect(provider).toHaveBeenCalledTimes(1);
    own.advance(1);
    await expect(source.getToken()).rejects.toThrow();
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it("a token that ends a millisecond from now is of use", async () => {
    const expiresAt = clock.now() + 1;
    const source = fromTokenProvider(() => ({ token: "abc", expiresAt }), { clock });
    expect((await source.getToken()).expiresAt).toBe(expiresAt);
  });

  it("a token that ends while the provider takes its time is not", async () => {
    const own = createFakeClock();
    const slow = () => {
      own.advance(10_000);
      return { token: "abc", expiresIn: 10 };
    };
    await expect(fromTokenProvider(slow, { clock: own }).getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
    });
  });

  it("keeps the frames and causes of what was thrown: fetch says there what is wrong", async () => {
    const error = new TypeError("fetch failed", {
      cause: Object.assign(new Error("x"), { syscall: "connect", code: "ECONNREFUSED" }),
    });
    await expect(fromTokenProvider(thrower(error)).getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      cause: { name: "TypeError", cause: { message: "connect ECONNREFUSED" } },
    });
  });

  const faults: [string, () => unknown, boolean][] = [
    ["ECONNREFUSED", () => coded("ECONNREFUSED"), true],
    ["ECONNRESET beneath fetch", () => new TypeError("x", { cause: coded("ECONNRESET") }), true],
    [
      "ENOTFOUND, three causes down",
      () =>
        new Error("x", {
          cause: new Error("y", { cause: new Error("z", { cause: coded("ENOTFOUND") }) }),
        }),
      true,
    ],
    ["EAI_AGAIN", () => coded("EAI_AGAIN"), true],
    ["ETIMEDOUT", () => coded("ETIMEDOUT"), true],
    ["EPIPE", () => coded("EPIPE"), true],
    ["undici's socket", () => coded("UND_ERR_SOCKET"), true],
    ["undici's timeout", () => coded("UND_ERR_HEADERS_TIMEOUT"), true],
    ["a timeout of its own", () => new DOMException(SENTINEL, "TimeoutError"), true],
    ["an abort of its own", () => new DOMException(SENTINEL, "AbortError"), true],
    ["a wrong argument", () => coded("UND_ERR_INVALID_ARG"), false],
    ["a refusal", () => coded("invalid_grant"), false],
    ["no error", () => ({ code: "ECONNRESET" }), false],
    ["one that says no", () => Object.assign(coded("ECONNRESET"), { retryable: false }), false],
    ["one that says yes", () => Object.assign(new Error("x"), { retryable: true }), true],
    ["a cause that holds itself", circular, false],
    ["getters that throw", () => hostile(), false],
  ];
  it.each(faults)("is retryable or not after %s", async (_, make, retryable) => {
    const source = fromTokenProvider(thrower(make()), { clock: createFakeClock() });
    const error = await source.getToken().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it.each([
    ["its own error", () => coded("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["fetch", () => new TypeError("fetch failed", { cause: coded("SELF_SIGNED_CERT_IN_CHAIN") })],
  ])("does not trust a certificate, says %s, and how to trust it", async (_, make) => {
    const source = fromTokenProvider(thrower(make()), { clock: createFakeClock() });
    const error = await source.getToken().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(String(error)).toMatch(/not trusted \([A-Z_]+\);.* "ca" or .*NODE_EXTRA_CA_CERTS/);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it.each([
    ["ENOTFOUND", () => new TypeError("x", { cause: coded("ENOTFOUND") })],
    ["invalid_grant", () => new Error("x", { cause: coded("invalid_grant") })],
  ])("names the first code of the chain, %s", async (code, make) => {
    const source = fromTokenProvider(thrower(make()), { clock: createFakeClock() });
    await expect(source.getToken()).rejects.toThrow(new RegExp(`threw \\w+ \\(${code}\\)$`));
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "5"])(
    "takes %o for no time to wait",
    async (retryAfterMs) => {
      const error = Object.assign(new Error("busy"), { retryable: true, retryAfterMs });
      const source = fromTokenProvider(thrower(error), { clock: createFakeClock() });
      const failure = await source.getToken().catch((reason: unknown) => reason);
      expect(failure).toMatchObject({ retryable: true });
      expect(failure).not.toHaveProperty("retryAfterMs");
    },
  );

  it("lets a TokenError pass as it is", async () => {
    const error = new TokenError("ERR_TOKEN_NETWORK", "x");
    await expect(fromTokenProvider(thrower(error)).getToken()).rejects.toBe(error);
  });

  it("holds back as after a network error where the provider says that a retry can help", async () => {
    const own = createFakeClock();
    const error = Object.assign(new Error(SENTINEL), { retryable: true, retryAfterMs: 2_000 });
    const provider = vi.fn(thrower(error) as TokenProvider);
    const source = fromTokenProvider(provider, { clock: own });
    const expected = { code: "ERR_TOKEN_PROVIDER", retryable: true };
    await expect(source.getToken()).rejects.toMatchObject({ ...expected, retryAfterMs: 2_000 });
    own.advance(1_999);
    await expect(source.getToken()).rejects.toMatchObject({ ...expected, retryAfterMs: 1 });
    expect(provider).toHaveBeenCalledTimes(1);
    own.advance(1);
    provider.mockImplementation(() => "abc");
    await source.getToken();
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it("hands out the last token where a retry can help and it has not ended", async () => {
    const own = createFakeClock();
    const provider = vi.fn<TokenProvider>(() => ({ token: "abc", expiresIn: 3_600 }));
    const source = fromTokenProvider(provider, { clock: own });
    await source.getToken();
    own.advance(3_597_000);
    provider.mockImplementation(thrower(Object.assign(new Error("busy"), { retryable: true })));
    expect((await source.getToken()).token).toBe("abc");
    expect(provider).toHaveBeenCalledTimes(2);
  });

  for (const nothing of [undefined, null, "", " ", "Bearer "]) {
    it(`an optional provider that returns ${JSON.stringify(nothing)} is unavailable`, async () => {
      const source = fromTokenProvider(() => nothing as string, { optional: true });
      await expect(source.getToken()).rejects.toMatchObject({
        code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
        retryable: false,
      });
    });
  }

  it("an optional provider that returns anything else of no use has failed", async () => {
    const source = fromTokenProvider(() => ({ token: "" }), { optional: true });
    await expect(source.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
  });
});

describe("fromTokenProvider: what cannot be read", () => {
  it.each([
    [
      "a getter that throws",
      {
        get token(): string {
          throw new Error(SENTINEL);
        },
      },
    ],
    ["a token that is too long", `${SENTINEL}${"x".repeat(70_000)}`],
  ])("%s is a failure of the provider, and is asked for once", async (_, answer) => {
    const provider = vi.fn(() => answer);
    const source = fromTokenProvider(provider, { clock: createFakeClock() });
    for (let i = 0; i < 100; i++) {
      const error = await source.getToken().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
    }
    expect(provider).toHaveBeenCalledTimes(1);
  });
});

describe("fromTokenProvider: waiting", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("gives up on a provider that never answers, tells it, and asks it again", async () => {
    const signals: AbortSignal[] = [];
    const provider = vi.fn<TokenProvider>((_, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const own = createFakeClock();
    const source = fromTokenProvider(provider, { timeoutMs: 5_000, clock: own });
    const calls = [1, 2, 3].map(() => source.getToken().catch((error: unknown) => error));
    vi.advanceTimersByTime(4_999);
    expect(signals[0]?.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    const errors = await Promise.all(calls);
    expect(new Set(errors).size).toBe(1);
    expect(errors[0]).toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      retryable: true,
      message: expect.stringContaining("did not respond within 5000 ms"),
    });
    expect(signals[0]?.reason).toBe(errors[0]);
    own.advance(10_000);
    provider.mockImplementation(() => "abc");
    expect((await source.getToken()).token).toBe("abc");
  });

  it("waits for a minute where nothing else is said", async () => {
    const source = fromTokenProvider(() => new Promise<string>(() => {}));
    const ended = vi.fn();
    const call = source.getToken().catch(ended);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await call;
    expect(ended).toHaveBeenCalledOnce();
  });

  it("leaves no timer behind", async () => {
    await fromTokenProvider(() => "abc").getToken();
    await expect(fromTokenProvider(thrower("x")).getToken()).rejects.toThrow();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends one caller's wait by its signal, and the call itself by closing the source", async () => {
    const signals: AbortSignal[] = [];
    const source = fromTokenProvider((_, { signal }) => {
      signals.push(signal);
      return new Promise<string>(() => {});
    });
    const leaving = new AbortController();
    const left = source.getToken({}, { signal: leaving.signal });
    const stays = source.getToken();
    const reason = new Error("gone");
    leaving.abort(reason);
    await expect(left).rejects.toBe(reason);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    source.close();
    await expect(stays).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
