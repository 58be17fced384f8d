import { describe, expect, it } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { type AccessToken, createAccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { cachedScript, settled, tokenError } from "./cached-script.test-support.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";

/** A tool call as clients make it: one retry after a 401. Returns the status that the caller sees. */
async function toolCall(cache: CachingTokenSource, server: (token: AccessToken) => 200 | 401) {
  const token = await cache.getToken();
  if (server(token) === 200) return 200;
  const rejectedBy = `https://gateway.example/${server.name}`;
  const again = await cache.getToken({}, { rejected: token, rejectedBy });
  return server(again);
}

describe("cachingTokenSource: a good server and one that always answers 401, in turn for 60 s", () => {
  const good = () => 200 as const;
  const bad = () => 401 as const;

  for (const ignoresRejected of [false, true]) {
    it(`lets every call of the good one succeed (source has no other token: ${ignoresRejected})`, async () => {
      const { clock, source, cache } = cachedScript();
      source.ignoresRejected = ignoresRejected;
      let succeeded = 0;
      for (let i = 0; i < 300; i++) {
        await toolCall(cache, bad).catch(() => {});
        if ((await toolCall(cache, good)) === 200) succeeded++;
        clock.advance(200);
      }
      expect(succeeded).toBe(300);
      // The first token, its replacement, and one more in each of the twelve intervals.
      expect(source.calls.length).toBeLessThanOrEqual(1 + 60_000 / 5_000);
      expect(source.calls.length).toBeGreaterThan(10);
    });
  }

  it("counts the same with fifty bad servers", async () => {
    const { clock, source, cache } = cachedScript();
    for (let i = 0; i < 300; i++) {
      const server = Object.defineProperty(() => 401 as const, "name", { value: `bad-${i % 50}` });
      await toolCall(cache, server).catch(() => {});
      expect(await toolCall(cache, good)).toBe(200);
      clock.advance(200);
    }
    expect(source.calls.length).toBeLessThanOrEqual(1 + 60_000 / 5_000);
  });

  it("lets the good one go on while no other token can be had", async () => {
    const { clock, source, cache } = cachedScript();
    await cache.getToken();
    source.failure = tokenError("ERR_TOKEN_NETWORK");
    for (let i = 0; i < 300; i++) {
      await toolCall(cache, bad).catch(() => {});
      expect(await toolCall(cache, good)).toBe(200);
      clock.advance(200);
    }
  });
});

/** Numbers from 0 up to 1 that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Landscape {
  readonly clock: FakeClock;
  readonly cache: CachingTokenSource;
  /** What the token endpoint does with a request: an error to fail with, or nothing. */
  fault: (request: TokenRequest) => TokenError | undefined;
  /** When each request reached the token endpoint, and how many were under way then. */
  readonly requests: { readonly at: number; readonly atOnce: number }[];
}

const LATENCY_MS = 40;

/** A token endpoint that answers after 40 ms, before a cache. */
function landscape(seed: number): Landscape {
  const clock = createFakeClock();
  let underWay = 0;
  const source = {
    identity: "simulated",
    async getToken(request: TokenRequest = {}) {
      world.requests.push({ at: clock.monotonic(), atOnce: ++underWay });
      await new Promise<void>((resolve) => clock.timer(resolve, LATENCY_MS));
      underWay--;
      const error = world.fault(request);
      if (error !== undefined) throw error;
      const expiresAt = clock.now() + 3_600_000;
      return createAccessToken({ token: `token of ${request.subjectToken}`, expiresAt });
    },
  };
  const options = { clock, random: seeded(seed), maxSubjectEntries: 100_000 };
  const world: Landscape = {
    clock,
    cache: cachingTokenSource(source, options),
    fault: () => undefined,
    requests: [],
  };
  return world;
}

interface Outcomes {
  served: number;
  failed: number;
}

function count(promise: Promise<unknown>, outcomes: Outcomes): Promise<void> {
  return promise.then(
    () => void outcomes.served++,
    () => void outcomes.failed++,
  );
}

/** Lets 4 ms pass at a time and calls at each step, so that 250 users come each second. */
async function run({ clock }: Landscape, ms: number, atEachStep: (step: number) => void) {
  for (let step = 0; step < ms / 4; step++) {
    atEachStep(step);
    clock.advance(4);
    await settled();
  }
}

const reset = () => tokenError("ERR_TOKEN_NETWORK");

describe("cachingTokenSource: what one user's failed request does to the others", () => {
  it("250 new users a second, 1 % of requests reset for 60 s: at most 1.5 % of users fail", async () => {
    const world = landscape(1);
    const random = seeded(2);
    const outcomes = { served: 0, failed: 0 };
    let resets = 0;
    world.fault = () => {
      if (random() >= 0.01) return undefined;
      resets++;
      return reset();
    };
    await run(world, 60_000, (step) => {
      void count(world.cache.getToken({ subjectToken: `user-${step}` }), outcomes);
    });
    await run(world, 10_000, () => {});
    const users = outcomes.served + outcomes.failed;
    expect(users).toBe(15_000);
    expect(resets).toBeGreaterThan(100);
    expect(outcomes.failed).toBe(resets);
    expect(outcomes.failed / users).toBeLessThanOrEqual(0.015);
  });

  it("one user limited by 429 with an hour's Retry-After: no other user fails", async () => {
    const world = landscape(3);
    const limited = { served: 0, failed: 0 };
    const others = { served: 0, failed: 0 };
    world.fault = ({ subjectToken }) =>
      subjectToken === "limited"
        ? new TokenError("ERR_TOKEN_HTTP", "Cannot get a token", {
            status: 429,
            retryAfterMs: 3_600_000,
          })
        : undefined;
    await run(world, 20_000, (step) => {
      void count(world.cache.getToken({ subjectToken: "limited" }), limited);
      void count(world.cache.getToken({ subjectToken: `user-${step}` }), others);
    });
    await run(world, 1_000, () => {});
    expect(others).toEqual({ served: 5_000, failed: 0 });
    expect(limited.served).toBe(0);
    expect(world.requests).toHaveLength(5_001);
  });

  it("endpoint down for 30 s: a probe a second, no failure while a token lives, and steps after the first success", async () => {
    const world = landscape(4);
    const { clock, cache, requests } = world;
    const living = Array.from({ length: 100 }, (_, i) => ({ subjectToken: `living-${i}` }));
    const warmed = { served: 0, failed: 0 };
    for (const user of living) void count(cache.getToken(user), warmed);
    await run(world, 1_000, () => {});
    expect(warmed.served).toBe(100);
    await run(world, 3_000, () => {}); // Later the tokens are expired by the buffer, and live.
    clock.advance(3_600_000 - 4_000 - 40_000);

    const began = clock.monotonic();
    const before = requests.length;
    world.fault = reset;
    const holders = { served: 0, failed: 0 };
    const newcomers = { served: 0, failed: 0 };
    await run(world, 30_000, (step) => {
      const user = living[step % living.length] ?? {};
      void count(cache.getToken(user), holders);
      if (step % 25 === 0) void count(cache.getToken({ subjectToken: `new-${step}` }), newcomers);
    });
    expect(holders.failed).toBe(0);
    const probes = requests.slice(before).filter(({ at }) => at - began > 1_000);
    expect(probes.length).toBeLessThanOrEqual(29);
    expect(probes.length).toBeGreaterThan(15);

    world.fault = () => undefined;
    const recovered = requests.length;
    const waiting = { served: 0, failed: 0 };
    for (let i = 0; i < 500; i++) {
      void count(cache.getToken({ subjectToken: `waiting-${i}` }), waiting);
    }
    await run(world, 5_000, () => {});
    expect(waiting).toEqual({ served: 500, failed: 0 });
    // 1, 2, 4, … at once: before the n-th request so many steps of those before must be over.
    for (const [index, { atOnce }] of requests.slice(recovered).entries()) {
      expect(atOnce).toBeLessThanOrEqual(2 ** Math.floor(Math.log2(index + 1)));
    }
  });
});
