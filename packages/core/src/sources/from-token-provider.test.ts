import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, expectTypeOf, it } from "vitest";
import { bearerFetch } from "../bearer/bearer-fetch.ts";
import { cachingTokenSource } from "../cache/caching-token-source.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { tokenSourceContract } from "../testing/token-source-contract.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { fromTokenProvider } from "./from-token-provider.ts";
import type { ProvidedToken } from "./provided-token.ts";
import type { TokenProvider } from "./token-provider.ts";

const clock = createFakeClock();
const provided = (token: string | ProvidedToken) =>
  fromTokenProvider(() => token, { clock }).getToken();

describe("fromTokenProvider", () => {
  let made = 0;
  const create = () => ({ source: fromTokenProvider(async () => ({ token: `token-${made++}` })) });
  for (const { name, run } of tokenSourceContract(create)) it(name, run);

  it("hands the provider the normal request, a signal and the refused token", async () => {
    const calls: { request: TokenRequest; rejected: unknown }[] = [];
    const source = fromTokenProvider((request, { signal, rejected }) => {
      expect(signal.aborted).toBe(false);
      calls.push({ request, rejected });
      return `token-${calls.length}`;
    });
    const request = { subjectToken: "Bearer alice", scope: [] };
    const rejected = await source.getToken(request);
    await source.getToken(request, { rejected, minValidityMs: 5 });
    expect(calls).toEqual([
      { request: { subjectToken: "alice" }, rejected: undefined },
      { request: { subjectToken: "alice" }, rejected },
    ]);
  });

  it("takes the end as an instant, as seconds from the call, or from the token", async () => {
    const now = clock.now();
    const jwt = unsignedJwt({ exp: now / 1_000 + 7 });
    expect((await provided({ token: "abc", expiresAt: now + 5 })).expiresAt).toBe(now + 5);
    expect((await provided({ token: "abc", expiresIn: 60 })).expiresAt).toBe(now + 60_000);
    expect((await provided({ token: jwt })).expiresAt).toBe(now + 7_000);
    expect((await provided(jwt)).expiresAt).toBe(now + 7_000);
    const both = { token: jwt, expiresAt: now + 5, expiresIn: 60 };
    expect((await provided(both)).expiresAt).toBe(now + 5);
    expect((await provided("abc")).expiresAt).toBeUndefined();
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

  for (const text of ["abc", "Bearer abc", "bearer  abc", "BEARER\tabc", " abc\n"]) {
    it(`drops what is no part of the token in ${JSON.stringify(text)}`, async () => {
      expect((await provided(text)).token).toBe("abc");
      expect((await provided({ token: text })).token).toBe("abc");
    });
  }

  it("calls the provider again when its token has ended, and not before", async () => {
    const own = createFakeClock();
    let calls = 0;
    const source = fromTokenProvider(() => ({ token: `token-${++calls}`, expiresIn: 100 }), {
      clock: own,
      random: () => 0.5,
    });
    for (const [ms, count] of [
      [0, 1],
      [71_999, 1], // Four fifths of the 90 s that it is used: from there it is refreshed ahead.
      [18_001, 2],
    ] as const) {
      own.advance(ms);
      await source.getToken();
      expect(calls).toBe(count);
    }
  });

  it("keeps a token without an end for the lifetime that it was given", async () => {
    const own = createFakeClock();
    let calls = 0;
    const options = { clock: own, fallbackLifetimeMs: 1_000, random: () => 0.5 };
    const source = fromTokenProvider(() => `token-${++calls}`, options);
    await source.getToken();
    own.advance(799);
    await source.getToken();
    expect(calls).toBe(1);
    own.advance(201);
    await source.getToken();
    expect(calls).toBe(2);
  });

  it("keeps the users apart that its requests name", async () => {
    const calls: TokenRequest[] = [];
    const source = fromTokenProvider((request) => {
      calls.push(request);
      return `token-of-${request.principal}`;
    });
    for (let i = 0; i < 1_000; i++) {
      const principal = i % 2 === 0 ? "alice" : "bob";
      expect((await source.getToken({ principal })).token).toBe(`token-of-${principal}`);
    }
    expect(calls).toEqual([{ principal: "alice" }, { principal: "bob" }]);
  });

  it("has the identity that it was given", () => {
    expect(fromTokenProvider(() => "abc", { identity: "x" }).identity).toBe("x");
    expect(fromTokenProvider(() => "abc").identity).toBeUndefined();
  });

  it("needs no second cache, and supports the options of one", async () => {
    let calls = 0;
    const source = fromTokenProvider(() => `token-${++calls}`, { clock });
    expect(cachingTokenSource(source)).toBe(source);
    const events: string[] = [];
    const told = cachingTokenSource(source, { onEvent: ({ type }) => events.push(type) });
    await told.getToken();
    await told.getToken();
    expect(calls).toBe(1);
    expect(events).toEqual(["miss", "request-start", "request-end", "hit"]);
  });

  it("lets a provider return nothing only where it is optional", () => {
    const maybe = () => undefined as string | undefined;
    // @ts-expect-error A token that may be missing is an error, so the compiler says so first.
    fromTokenProvider(maybe);
    expectTypeOf(fromTokenProvider(maybe, { optional: true }).getToken).toBeFunction();
  });

  it("refuses mistaken arguments, naming them", () => {
    expect(() => fromTokenProvider("abc" as unknown as TokenProvider)).toThrow('"provider"');
    for (const timeoutMs of [0, -1, Number.NaN, 2 ** 31, "5" as unknown as number]) {
      const make = () => fromTokenProvider(() => "abc", { timeoutMs });
      if (typeof timeoutMs === "string") expect(make).toThrow(TypeError);
      else expect(make).toThrow(RangeError);
      expect(make).toThrow('"timeoutMs"');
    }
    expect(() => fromTokenProvider(() => "abc", { identity: " " })).toThrow('"identity"');
    expect(() => fromTokenProvider(() => "abc", { maxEntries: -1 })).toThrow('"maxEntries"');
  });
});

describe("fromTokenProvider: how often the provider is called", () => {
  const resource = "https://orders.example/";

  it("once for a thousand calls of bearerFetch at the token's end", async () => {
    const own = createFakeClock();
    let calls = 0;
    const provider = async () => ({ token: `token-${++calls}`, expiresIn: 3_600 });
    const presented: (string | null)[] = [];
    const get = bearerFetch(fromTokenProvider(provider, { clock: own }), {
      resource,
      fetch: async (_, init) => {
        presented.push(new Headers(init?.headers).get("authorization"));
        return new Response();
      },
    });
    await get(resource);
    expect(calls).toBe(1);
    own.advance(3_600_000);
    await Promise.all(Array.from({ length: 1_000 }, () => get(resource)));
    expect(calls).toBe(2);
    expect(new Set(presented.slice(1))).toEqual(new Set(["Bearer token-2"]));
  });

  it("once for a burst of 401s", async () => {
    let calls = 0;
    const refused = "token-1";
    const get = bearerFetch(
      fromTokenProvider(() => `token-${++calls}`, { clock }),
      {
        resource,
        fetch: async (_, init) => {
          const presented = new Headers(init?.headers).get("authorization");
          return new Response(null, { status: presented === `Bearer ${refused}` ? 401 : 200 });
        },
      },
    );
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => get(resource)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(calls).toBe(2); // The token that was refused, and the one in its place.
  });
});
