import { describe, expect, it } from "vitest";
import { chain } from "../sources/chain.ts";
import { fromTokenProvider } from "../sources/from-token-provider.ts";
import { staticTokenSource } from "../sources/static-token-source.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createMemoryStoreBackend } from "../testing/memory-store-backend.ts";
import { createScriptedSource } from "../testing/scripted-source.ts";
import { HARD_MS, SOFT_MS, settled, tokenError } from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";
import { sharedWorld } from "./shared-world.test-support.ts";

const alice = { subjectToken: "alice's token", principal: "alice", audience: ["orders"] };
const bob = { subjectToken: "bob's token", principal: "bob", audience: ["orders"] };

/** Lets promises and, step by step, timers run. */
async function pass({ clock }: ReturnType<typeof sharedWorld>, ms: number) {
  for (let left = ms; left > 0; left -= 10) {
    await settled();
    clock.advance(Math.min(10, left));
  }
  await settled();
}

describe("cachingTokenSource with a store", () => {
  it("asks the token server once for eight processes", async () => {
    const world = sharedWorld();
    const processes = Array.from({ length: 8 }, () => world.start());
    world.server.hold();
    const calls = processes.map(({ cache }) => cache.getToken(alice));
    await pass(world, 100);
    expect(world.server.calls).toHaveLength(1);
    world.server.release();
    await pass(world, 500);
    const tokens = await Promise.all(calls);
    expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(["token-1"]));
    expect(world.server.calls).toHaveLength(1);
    expect(processes.map(({ cache }) => cache.stats().storeHits).sort()).toEqual([
      0, 1, 1, 1, 1, 1, 1, 1,
    ]);
    expect(processes.map(({ cache }) => cache.stats().requests).sort()).toEqual([
      0, 0, 0, 0, 0, 0, 0, 1,
    ]);
  });

  it("keeps users, targets and identities apart", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    const first = await one.cache.getToken(alice);
    expect((await other.cache.getToken(alice)).token).toBe(first.token);
    expect((await other.cache.getToken(bob)).token).not.toBe(first.token);
    expect((await other.cache.getToken({ ...alice, audience: ["bills"] })).token).not.toBe(
      first.token,
    );
    expect((await other.cache.getToken()).token).not.toBe(first.token);
    other.identity = "of-another-client";
    expect((await other.cache.getToken(alice)).token).not.toBe(first.token);
  });

  it("hands out a token from the store as old as it is, with all its members", async () => {
    const world = sharedWorld();
    const init = {
      token: "t",
      scope: ["read"],
      confirmation: { x5tS256: "thumb" },
      gatewayUrl: "https://g.example",
    };
    world.server.answerNext({ ...init, expiresAt: world.clock.now() + 3_600_000 });
    const first = await world.start().cache.getToken(alice);
    world.clock.advance(1_000_000);
    const { cache } = world.start();
    const stored = await cache.getToken(alice);
    expect({ ...stored }).toEqual({ ...first });
    expect(stored.token).toBe("t");
    // Stale at four fifths of its whole life, not of what was left of it.
    world.clock.advance(SOFT_MS - 1_000_000 - 1);
    await cache.getToken(alice);
    expect(cache.stats()).toMatchObject({ hits: 1, stale: 0 });
    world.clock.advance(1);
    await cache.getToken(alice);
    expect(cache.stats()).toMatchObject({ hits: 1, stale: 1 });
  });

  it("never hands out a token past its end, however old it is in the store", async () => {
    const world = sharedWorld();
    await world.start().cache.getToken(alice);
    world.clock.advance(HARD_MS - 1);
    expect((await world.start().cache.getToken(alice)).token).toBe("token-1");
    world.clock.advance(1);
    expect((await world.start().cache.getToken(alice)).token).toBe("token-2");
  });

  it("refreshes ahead in one process, and nobody waits", async () => {
    const world = sharedWorld();
    const processes = Array.from({ length: 4 }, () => world.start());
    for (const { cache } of processes) await cache.getToken(alice);
    world.clock.advance(SOFT_MS);
    world.server.hold();
    for (const { cache } of processes) {
      expect((await cache.getToken(alice)).token).toBe("token-1");
    }
    await pass(world, 50);
    expect(world.server.calls).toHaveLength(2);
    world.server.release();
    await pass(world, 6_000);
    for (const { cache } of processes) await cache.getToken(alice);
    await pass(world, 50);
    for (const { cache } of processes) {
      expect((await cache.getToken(alice)).token).toBe("token-2");
    }
    expect(world.server.calls).toHaveLength(2);
  });

  it("gets another token for a refused one, once for all", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    const refused = await one.cache.getToken(alice);
    await other.cache.getToken(alice);
    const options = { rejected: refused, rejectedBy: "https://orders.example" };
    const [first, second] = await Promise.all([
      one.cache.getToken(alice, options),
      other.cache.getToken(alice, options),
      pass(world, 500),
    ]);
    expect([first.token, second.token]).toEqual(["token-2", "token-2"]);
    expect(world.server.calls).toHaveLength(2);
  });

  it("waits for a long-lived token longer than the store's will do", async () => {
    const world = sharedWorld();
    await world.start().cache.getToken(alice);
    world.clock.advance(3_000_000);
    const { token } = await world.start().cache.getToken(alice, { minValidityMs: 1_200_000 });
    expect(token).toBe("token-2");
  });

  it("evicts a user in every process", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    await one.cache.getToken(alice);
    await other.cache.getToken(alice);
    await other.cache.getToken(bob);
    expect(await one.cache.evictEverywhere({ principal: "alice" })).toBe(1);
    expect(other.cache.peek(alice)).toBeUndefined();
    expect(other.cache.peek(bob)).toBeDefined();
    expect((await world.start().cache.getToken(alice)).token).toBe("token-3");
    expect((await other.cache.getToken(alice)).token).toBe("token-3");
    await one.cache.evictEverywhere({ subjectToken: bob.subjectToken });
    expect(other.cache.peek(bob)).toBeUndefined();
  });

  it("does not keep a token that was asked for before the eviction by another process", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    world.server.hold();
    const call = one.cache.getToken(alice);
    await settled();
    await other.cache.evictEverywhere({ principal: "alice" });
    world.server.release();
    expect((await call).token).toBe("token-1");
    expect(one.cache.peek(alice)).toBeUndefined();
    expect((await other.cache.getToken(alice)).token).toBe("token-2");
  });

  it("tells the caller when an eviction did not reach the store", async () => {
    const world = sharedWorld();
    const { cache, events } = world.start();
    await cache.getToken(alice);
    world.backend.interrupt();
    const eviction = cache.evictEverywhere({ principal: "alice" });
    await expect(eviction).rejects.toMatchObject({ code: "ERR_TOKEN_STORE", retryable: true });
    expect(cache.peek(alice)).toBeUndefined();
    expect(events).toContainEqual(expect.objectContaining({ type: "store-unavailable" }));
  });

  it("forgets in the store what it was told to forget", async () => {
    const world = sharedWorld();
    const { cache } = world.start();
    await cache.getToken(alice);
    cache.invalidate(alice);
    await settled();
    expect((await cache.getToken(alice)).token).toBe("token-2");
    cache.clear();
    await settled();
    expect((await world.start().cache.getToken(alice)).token).toBe("token-3");
    cache.evict({ principal: "alice" });
    await settled();
    expect((await world.start().cache.getToken(alice)).token).toBe("token-4");
  });

  it("looks at the store before it uses what may have been evicted meanwhile", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    const bound = one.cache.bind(alice);
    await bound.getToken();
    await one.cache.getToken(bob);
    world.backend.loseNotices();
    await other.cache.evictEverywhere({ principal: "alice" });
    expect(bound.peek()).toBeDefined();
    world.backend.restore();
    expect(bound.peek()).toBeUndefined();
    expect((await bound.getToken()).token).toBe("token-3");
    const before = world.server.calls.length;
    expect((await one.cache.getToken(bob)).token).toBe("token-2");
    expect(world.server.calls).toHaveLength(before);
  });

  it("goes on by itself while the store is away, and joins again", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    await one.cache.getToken(alice);
    world.backend.interrupt();
    expect((await one.cache.getToken(alice)).token).toBe("token-1");
    expect((await other.cache.getToken(alice)).token).toBe("token-2");
    expect(other.events).toContainEqual(
      expect.objectContaining({ type: "store-unavailable", reason: "the store is interrupted" }),
    );
    world.backend.restore();
    expect((await world.start().cache.getToken(alice)).token).toBe("token-1");
  });

  it("takes over after another process died under its lease, and its own wait ends", async () => {
    const world = sharedWorld();
    const [dead, alive] = [world.start(), world.start()];
    world.server.hold();
    dead.cache.getToken(alice).catch(() => {});
    await settled();
    const call = alive.cache.getToken(alice);
    await pass(world, 9_000);
    expect(world.server.calls).toHaveLength(1);
    await pass(world, 1_500);
    expect(world.server.calls).toHaveLength(2);
    world.server.release();
    await pass(world, 100);
    expect((await call).token).toBe("token-2");
  });

  it("ends the wait of a caller whose signal ends", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    world.server.hold();
    one.cache.getToken(alice).catch(() => {});
    await settled();
    const abort = new AbortController();
    const call = other.cache.getToken(alice, { signal: abort.signal });
    await settled();
    abort.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
  });

  it("keeps the old token of others when a refresh fails", async () => {
    const world = sharedWorld();
    const [one, other] = [world.start(), world.start()];
    await one.cache.getToken(alice);
    world.clock.advance(SOFT_MS);
    world.server.failNext(tokenError("ERR_TOKEN_NETWORK"), tokenError("ERR_TOKEN_NETWORK"));
    expect((await one.cache.getToken(alice)).token).toBe("token-1");
    await pass(world, 50);
    expect((await other.cache.getToken(alice)).token).toBe("token-1");
  });

  it("does not write a token of another credential under the old one's name", async () => {
    const world = sharedWorld();
    const one = world.start();
    world.server.hold();
    const call = one.cache.getToken(alice);
    await settled();
    one.identity = "of-the-new-key";
    world.server.release();
    await call;
    expect((await world.start().cache.getToken(alice)).token).toBe("token-2");
  });

  it("keeps a token in memory only if it would not come back from the store alike", async () => {
    const world = sharedWorld();
    const { cache, events } = world.start();
    world.server.answerNext({ token: "t", issuedOn: new Date(0) } as never);
    await cache.getToken(alice);
    expect(events).toContainEqual(expect.objectContaining({ type: "store-skipped" }));
    expect(cache.peek(alice)).toBeDefined();
    expect((await world.start().cache.getToken(alice)).token).toBe("token-1");
  });

  it("shows no token to the store, and none in events", async () => {
    const world = sharedWorld();
    const { cache, events } = world.start();
    world.server.answerNext("sentinel-4711");
    await cache.getToken({ ...alice, subjectToken: "sentinel-4711-of-the-user" });
    world.backend.interrupt();
    await cache.evictEverywhere({ principal: "alice" }).catch(() => {});
    expect(JSON.stringify(events)).not.toContain("sentinel-4711");
  });

  it("survives a store that rejects what nobody waits for", async () => {
    const world = sharedWorld();
    const broken = () => Promise.reject(new Error("broken"));
    const store = Object.assign(createMemoryStoreBackend({ clock: world.clock }).open(), {
      release: broken,
      remove: broken,
      evict: broken,
    });
    const { cache } = world.start({ store, plaintext: true });
    expect((await cache.getToken(alice)).token).toBe("token-1");
    cache.invalidate(alice);
    cache.evict({ principal: "alice" });
    cache.clear();
    // An unhandled rejection would fail the run.
    await settled();
  });
});

describe("the option store", () => {
  const clock = createFakeClock();
  const store = createMemoryStoreBackend({ clock }).open();
  const source = Object.assign(createScriptedSource({ clock }), { sharing: true as const });

  it("refuses a store that is not encrypted, unless it was asked for", () => {
    expect(() => cachingTokenSource(source, { store })).toThrow(/TypeError|encryptedStore/);
    expect(() => cachingTokenSource(source, { store, plaintext: true })).not.toThrow();
    expect(() => cachingTokenSource(source, { store, plaintext: "yes" as never })).toThrow(
      '"plaintext"',
    );
  });

  it("refuses what is no store", () => {
    expect(() => cachingTokenSource(source, { store: {} as never })).toThrow('"store" must be');
  });

  const provider = () => Promise.resolve({ token: "t" });
  it.each([
    ["a provider without an identity", fromTokenProvider(provider), '"identity"'],
    ["a static token", staticTokenSource("t"), "every process has"],
    [
      "a chain with one of them",
      chain([fromTokenProvider(provider, { identity: "p" }), staticTokenSource("t")]),
      "every process has",
    ],
    ["a source that says nothing", createScriptedSource({ clock }), "does not say"],
  ])("refuses %s, and says why", (_, refused, reason) => {
    const make = () => cachingTokenSource(refused, { store, plaintext: true });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(reason);
  });

  it("takes a provider and a chain whose identities the user chose", () => {
    const named = fromTokenProvider(provider, { identity: "p" });
    for (const one of [named, chain([named, named]), cachingTokenSource(named)]) {
      expect(() => cachingTokenSource(one, { store, plaintext: true })).not.toThrow();
    }
  });
});
