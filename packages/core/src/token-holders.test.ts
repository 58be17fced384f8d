import { describe, expect, it } from "vitest";
import { bindBearer } from "./bearer/bearer-binding.ts";
import { bearerFetch } from "./bearer/bearer-fetch.ts";
import { toHeaders } from "./bearer/to-headers.ts";
import { toMcpAuthProvider } from "./bearer/to-mcp-auth-provider.ts";
import { type CachingTokenSource, cachingTokenSource } from "./cache/caching-token-source.ts";
import { TokenError } from "./errors/token-error.ts";
import { createOperationCache } from "./operations/create-operation-cache.ts";
import { chain } from "./sources/chain.ts";
import { fromTokenProvider } from "./sources/from-token-provider.ts";
import { createFakeClock, type FakeClock } from "./testing/fake-clock.ts";
import { createScriptedSource, type ScriptedSource } from "./testing/scripted-source.ts";
import { toolTokens } from "./tools/tool-tokens.ts";

const LIFETIME_MS = 3_600_000;
const resource = "https://mcp.example/mcp";
const request = { subjectToken: "alice", principal: "alice" };
const tool = { server: "orders", name: "list" };

interface World {
  readonly clock: FakeClock;
  readonly source: ScriptedSource;
  readonly cache: CachingTokenSource;
}

/** Returns the token that is handed out, at any rate a text that holds it; `undefined` if there is none without waiting. */
type HandOut = () => Promise<string | undefined> | string | undefined;

/** A cache over `source`, made in each of the ways that there are. */
const caches: Record<string, (source: ScriptedSource, clock: FakeClock) => CachingTokenSource> = {
  cachingTokenSource: (source, clock) => cachingTokenSource(source, { clock }),
  "cachingTokenSource over a chain": (source, clock) =>
    cachingTokenSource(
      chain([fromTokenProvider(() => undefined, { clock, optional: true }), source]),
      { clock },
    ),
  fromTokenProvider: (source, clock) =>
    fromTokenProvider(
      async (asked) => {
        const { token, expiresAt } = await source.getToken(asked);
        return { token, ...(expiresAt !== undefined && { expiresAt }) };
      },
      { clock },
    ),
};

/** Every object of this package that can hand out a token of a cache. */
const holders: Record<string, (world: World) => HandOut> = {
  getToken:
    ({ cache }) =>
    async () =>
      (await cache.getToken(request)).token,
  peek:
    ({ cache }) =>
    () =>
      cache.peek(request)?.token,
  bind: ({ cache }) => {
    const bound = cache.bind(request);
    return async () => (await bound.getToken()).token;
  },
  "bind, peek": ({ cache }) => {
    const bound = cache.bind(request);
    return () => bound.peek()?.token;
  },
  "bind, with": ({ cache }) => {
    const bound = cache.bind(request).with({});
    return async () => (await bound.getToken()).token;
  },
  bearerFetch: ({ cache }) => {
    const fetch = async (_: unknown, init?: RequestInit) =>
      new Response(new Headers(init?.headers).get("authorization"));
    const bound = bearerFetch(cache, { resource, request, fetch });
    return async () => (await bound(resource)).text();
  },
  bindBearer: ({ cache }) => {
    const binding = bindBearer(cache, { resource, request });
    return async () => (await binding.begin()).authorization;
  },
  toHeaders:
    ({ cache }) =>
    async () =>
      (await toHeaders(cache, request)).authorization,
  toMcpAuthProvider: ({ cache }) => {
    const provider = toMcpAuthProvider(cache, request);
    return () => provider.token();
  },
  "toMcpAuthProvider, onUnauthorized": ({ cache }) => {
    const provider = toMcpAuthProvider(cache, request);
    let asked = 0;
    return async () => {
      if (asked++ > 0) await provider.onUnauthorized();
      return provider.token();
    };
  },
  "toolTokens, ready": ({ cache }) => {
    const tokens = toolTokens(cache, { audienceOf: () => [] });
    tokens.startRun("run", request);
    return async () => (await tokens.ready("run", tool))?.authorization;
  },
  "toolTokens, headersFor": ({ cache }) => {
    const tokens = toolTokens(cache, { audienceOf: () => [] });
    tokens.startRun("run", request);
    const ready = tokens.ready("run", tool);
    return async () => {
      await ready;
      return tokens.headersFor("run", tool).authorization;
    };
  },
  createOperationCache: ({ cache, clock }) => {
    const operations = createOperationCache({ clock });
    const read = operations.wrap(async () => (await cache.getToken(request)).token, {
      name: "read",
      ttlMs: 2 * LIFETIME_MS,
      tokenSource: cache,
      request,
    });
    return () => read();
  },
};

/** What makes a token one that must not be handed out any more. */
const ends: Record<string, (world: World) => void> = {
  expiry: ({ clock }) => clock.advance(LIFETIME_MS),
  "expiry while the machine sleeps": ({ clock }) => clock.step(LIFETIME_MS),
  evict: ({ cache }) => expect(cache.evict({ principal: "alice" })).toBe(1),
  "evict by token": ({ cache }) => expect(cache.evict({ subjectToken: "alice" })).toBe(1),
  invalidate: ({ cache }) => expect(cache.invalidate(request)).toBe(true),
  clear: ({ cache }) => cache.clear(),
  close: ({ cache }) => cache.close(),
  rotation: ({ source }) => {
    source.identity = "another credential";
  },
};

const refusal = () => new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: no", { status: 400 });

for (const [cacheName, makeCache] of Object.entries(caches)) {
  describe(`${cacheName} and what hands out its tokens`, () => {
    for (const [name, holder] of Object.entries(holders)) {
      for (const [end, bringAbout] of Object.entries(ends)) {
        // A provider's identity is fixed when it is made.
        if (end === "rotation" && cacheName === "fromTokenProvider") continue;
        it(`${name} gives no token after ${end}`, async () => {
          const clock = createFakeClock();
          const source = createScriptedSource({ clock, lifetimeMs: LIFETIME_MS });
          const world = { clock, source, cache: makeCache(source, clock) };
          await world.cache.getToken(request);
          const handOut = holder(world);
          expect(await handOut()).toContain("token-1");
          bringAbout(world);
          source.failure = refusal();
          const given = await attempt(handOut);
          expect(given ?? "none").not.toContain("token-1");
          source.failure = undefined;
          clock.advance(10_000);
          const again = await attempt(async () => (await world.cache.getToken(request)).token);
          expect(again).toBe(end === "close" ? undefined : "token-2");
          const next = await attempt(handOut);
          if (end === "close") expect(next).toBeUndefined();
          else expect(next).toContain("token-2");
        });
      }
    }
  });
}

/** Returns what is handed out, `undefined` if that fails. */
async function attempt(handOut: HandOut): Promise<string | undefined> {
  try {
    return await handOut();
  } catch {
    return undefined;
  }
}
