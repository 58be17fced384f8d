import { inspect } from "node:util";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, vi } from "vitest";
import { cachingTokenSource } from "../cache/caching-token-source.ts";
import { TokenError } from "../errors/token-error.ts";
import { fromTokenProvider } from "../sources/from-token-provider.ts";
import { createScriptedSource } from "../testing/scripted-source.ts";
import { createAccessToken } from "../token/access-token.ts";
import type { TokenSource } from "../token/token-source.ts";
import type { OperationOptions } from "./operation-options.ts";
import { operationScript } from "./operation-script.test-support.ts";

const order = { name: "order", ttlMs: 3_600_000 };

/** A cache over a scripted API and a scripted source of tokens, on one clock. */
function withTokens(lifetimeMs: number | undefined) {
  const script = operationScript();
  const source = createScriptedSource({ clock: script.clock });
  source.lifetimeMs = lifetimeMs;
  return { ...script, source, tokens: cachingTokenSource(source, { clock: script.clock }) };
}

describe("createOperationCache: principals", () => {
  it("keeps the results of two users apart, however their names and arguments are alike", async () => {
    const { cache, api, runs } = operationScript();
    const users = ["alice", "bob", "alice5:order", "1", "token", "\ud83c", "\ud83d"];
    let user = "";
    const get = cache.wrap(api, { ...order, principal: () => user });
    for (let i = 0; i < 1_000; i++) {
      user = users[i % users.length] ?? "";
      expect(await get("4711")).toBe((i % users.length) + 1);
    }
    expect(runs).toHaveLength(users.length);
  });

  it("finds the principal of a call by its arguments, now or later", async () => {
    const { cache, api } = operationScript();
    const principal = vi.fn(async (user: unknown, id: unknown) => `${user}/${id}`);
    const get = cache.wrap(api, { ...order, principal });
    expect([await get("a", "1"), await get("b", "1"), await get("a", "1")]).toEqual([1, 2, 1]);
    expect(principal.mock.calls[0]).toEqual(["a", "1"]);
  });

  it.each([undefined, null, "", " ", 5])("runs nothing for the principal %j", async (nobody) => {
    const { cache, api, runs } = operationScript();
    const get = cache.wrap(api, { ...order, principal: () => nobody as string });
    await expect(get()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    await expect(get.fresh()).rejects.toThrow('Cannot call "order": the function "principal"');
    expect(runs).toEqual([]);
    expect(cache.stats()).toMatchObject({ misses: 0, entries: 0, inFlight: 0 });
  });

  it("fails as the search for the principal does", async () => {
    const error = new Error("no session");
    const { cache, api } = operationScript();
    const get = cache.wrap(api, { ...order, principal: () => Promise.reject(error) });
    await expect(get()).rejects.toBe(error);
  });
});

describe("createOperationCache: tokens", () => {
  it("keeps the results of two tokens apart, with or without what their source is asked for", async () => {
    const { cache, api, runs } = operationScript();
    const tokens = fromTokenProvider(({ subjectToken = "" }) => `for-${subjectToken}`);
    const request = (user: unknown) => ({ subjectToken: String(user) });
    const get = cache.wrap(api, { ...order, tokenSource: tokens, request });
    expect([await get("alice"), await get("bob"), await get("alice")]).toEqual([1, 2, 1]);

    const sources = { alice: fromTokenProvider(() => "a"), bob: fromTokenProvider(() => "b") };
    const tokenSource = async (user: unknown) => sources[user as keyof typeof sources];
    const list = cache.wrap(api, { ...order, name: "list", tokenSource, key: () => "same" });
    expect([await list("alice"), await list("bob"), await list("alice")]).toEqual([3, 4, 3]);
    expect(runs).toHaveLength(4);
  });

  it("finds what a token is asked for by the arguments of the call, now or later", async () => {
    const { cache, api, runs } = operationScript();
    const tokens = fromTokenProvider(({ subjectToken = "" }) => `for-${subjectToken}`);
    const request = async (user: unknown) => ({ subjectToken: String(user) });
    const get = cache.wrap(api, { ...order, tokenSource: tokens, request, key: () => "same" });
    expect([await get("alice"), await get("bob"), await get("alice")]).toEqual([1, 2, 1]);
    expect(runs).toHaveLength(2);
    const failing = async () => Promise.reject(new TypeError("no user"));
    const list = cache.wrap(api, { ...order, name: "list", tokenSource: tokens, request: failing });
    await expect(list()).rejects.toThrow("no user");
    expect(runs).toHaveLength(2);
  });

  it("begins anew with a renewed token where no principal is given", async () => {
    const { cache, api, source, tokens } = withTokens(60_000);
    const get = cache.wrap(api, { ...order, tokenSource: tokens });
    expect([await get(), await get()]).toEqual([1, 1]);
    tokens.clear();
    expect(await get()).toBe(2);
    expect(source.calls).toHaveLength(2);
  });

  it("keeps the entries of a principal when the token is renewed", async () => {
    const { cache, api, tokens } = withTokens(60_000);
    const get = cache.wrap(api, { ...order, principal: "alice", tokenSource: tokens });
    await get();
    tokens.clear();
    await tokens.getToken();
    expect(await get()).toBe(1);
  });

  it("asks for a token on a run only, where a principal is given", async () => {
    const { cache, api, source, tokens } = withTokens(60_000);
    const get = cache.wrap(api, { ...order, principal: "alice", tokenSource: tokens });
    await get();
    tokens.clear();
    source.failure = new TokenError("ERR_TOKEN_NETWORK", "Cannot get a token");
    expect(await get()).toBe(1);
    await expect(get.fresh()).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
    expect(cache.stats()).toMatchObject({ runs: 2, failures: 1 });
  });

  const jwt = (clock: { now(): number }) => unsignedJwt({ exp: clock.now() / 1_000 + 60 });
  const owners: [string, (tokens: TokenSource) => Partial<OperationOptions<readonly unknown[]>>][] =
    [
      ["a token", (tokenSource) => ({ tokenSource })],
      ["a principal and a token", (tokenSource) => ({ principal: "alice", tokenSource })],
    ];
  for (const [owner, options] of owners) {
    it.each([
      [
        "says when it ends",
        (clock: { now(): number }) => ({ expiresAt: clock.now() + 60_000, token: "a" }),
      ],
      ["is a JWT that does", (clock: { now(): number }) => ({ token: jwt(clock) })],
    ])(`of ${owner} keeps no result longer than a token that %s`, async (_, init) => {
      const { cache, api, clock } = operationScript();
      const token = createAccessToken(init(clock));
      const source = { identity: undefined, getToken: async () => token };
      const get = cache.wrap(api, { ...order, ...options(source) } as never);
      await get();
      clock.advance(59_999);
      expect(await get()).toBe(1);
      clock.advance(1);
      expect(await get()).toBe(2);
      expect(cache.stats().entries).toBe(0);
    });
  }

  it("keeps a result for its own time where nobody knows when the token ends", async () => {
    const { cache, api, clock } = operationScript();
    const tokenSource = {
      identity: undefined,
      getToken: async () => createAccessToken({ token: "a" }),
    };
    const get = cache.wrap(api, { ...order, tokenSource });
    await get();
    clock.advance(3_599_999);
    expect(await get()).toBe(1);
    clock.advance(1);
    expect(await get()).toBe(2);
  });

  it("fails as the token source does, with or without results", async () => {
    const { cache, api, source, tokens } = withTokens(60_000);
    const get = cache.wrap(api, { ...order, tokenSource: tokens });
    await get();
    tokens.clear();
    source.failure = new TokenError("ERR_TOKEN_NETWORK", "Cannot get a token");
    await expect(get()).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK" });
  });

  it("refuses what is no token source", async () => {
    const { cache, api } = operationScript();
    const get = cache.wrap(api, { ...order, tokenSource: (() => "abc") as never });
    await expect(get()).rejects.toThrow('"tokenSource" must be a token source, and is a string');
    await expect(get()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
  });

  it("shows neither tokens nor results nor arguments", async () => {
    const { cache } = operationScript();
    const tokenSource = fromTokenProvider(() => "s3ntinel-token");
    const get = cache.wrap(async (_: string) => "s3ntinel-result", { ...order, tokenSource });
    await get("s3ntinel-argument");
    const refused = await get({ a: () => "s3ntinel" } as never).catch((error: unknown) => error);
    for (const shown of [cache, get, cache.stats(), refused]) {
      expect(inspect(shown, { depth: null, showHidden: true })).not.toContain("s3ntinel");
    }
  });
});

describe("createOperationCache: a token that stands for a user", () => {
  const useless: [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["the answer of a token endpoint", { access_token: "s3ntinel", expires_in: 60 }],
    ["a blank token", { token: " " }],
    ["a text", "s3ntinel"],
    ["a list", ["s3ntinel"]],
    ["control characters", { token: "s3ntinel\n" }],
  ];
  it.each(useless)("is never %s", async (_, answer) => {
    const { cache, api, runs } = operationScript();
    const tokenSource = { identity: undefined, getToken: async () => answer as never };
    const read = cache.wrap(api, { name: "read", ttlMs: 60_000, tokenSource });
    for (const call of [read, read.fresh]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
      expect(String(error)).not.toContain("s3ntinel");
    }
    expect(runs).toEqual([]);
  });

  it("ends no result either if it is none", async () => {
    const { cache, api, runs } = operationScript();
    const tokenSource = { identity: undefined, getToken: async () => undefined as never };
    const options = { name: "read", ttlMs: 60_000, principal: "alice", tokenSource };
    await expect(cache.wrap(api, options)()).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
    expect(runs).toEqual([]);
  });

  it("is asked for with a request, never with none or a text", async () => {
    const { cache, api, runs } = operationScript();
    const asked: unknown[] = [];
    const tokenSource = {
      identity: undefined,
      async getToken(request: unknown) {
        asked.push(request);
        return createAccessToken({ token: "t" });
      },
    };
    const wrapped = (name: string, request: unknown) =>
      cache.wrap(api, { name, ttlMs: 60_000, tokenSource, request: request as () => object });
    await expect(wrapped("none", () => undefined)()).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    await expect(wrapped("blank", () => ({ subjectToken: " " }))()).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    await expect(wrapped("text", () => "s3ntinel")()).rejects.toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
    });
    await expect(wrapped("fixed", "s3ntinel")()).rejects.toThrow(TypeError);
    expect([asked, runs]).toEqual([[], []]);
    await wrapped("user", (user: string) => ({ subjectToken: user }))("alice");
    expect(asked).toEqual([{ subjectToken: "alice" }]);
  });
});
