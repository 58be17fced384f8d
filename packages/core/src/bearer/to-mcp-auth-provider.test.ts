import { describe, expect, it, vi } from "vitest";
import { cachedScript, settled, tokenError } from "../cache/cached-script.test-support.ts";
import { createAccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { toMcpAuthProvider } from "./to-mcp-auth-provider.ts";

function scripted(request?: TokenRequest | (() => TokenRequest)) {
  const script = cachedScript();
  const provider = toMcpAuthProvider(script.cache, request, { clock: script.clock });
  const rejected = () => script.source.calls.map(({ options }) => options?.rejected?.token);
  /** Hands out the token for so many requests. */
  const send = (n: number) => Promise.all(Array.from({ length: n }, () => provider.token()));
  return { ...script, provider, rejected, send };
}

describe("toMcpAuthProvider", () => {
  it("hands out raw tokens, with one token request", async () => {
    const { provider, source } = scripted({ subjectToken: "alice" });
    expect([await provider.token(), await provider.token()]).toEqual(["token-1", "token-1"]);
    expect(source.calls).toMatchObject([{ request: { subjectToken: "alice" } }]);
  });

  it("caches a source that does not", async () => {
    const { source, clock } = cachedScript();
    const provider = toMcpAuthProvider(source, {}, { clock });
    await provider.token();
    await provider.token();
    expect(source.calls).toHaveLength(1);
  });

  it("shares what a source caches already with all others who use that", async () => {
    const { source, cache } = cachedScript();
    await cache.getToken({ subjectToken: "alice" });
    const providers = [1, 2].map(() => toMcpAuthProvider(cache, { subjectToken: "alice" }));
    expect(await Promise.all(providers.map((provider) => provider.token()))).toEqual([
      "token-1",
      "token-1",
    ]);
    expect(source.calls).toHaveLength(1);
  });

  it("makes 1 token request for 4 parallel refusals, naming the refused token", async () => {
    const { provider, source, rejected, send } = scripted();
    await send(4);
    source.hold();
    const refusals = Promise.all([1, 2, 3, 4].map(() => provider.onUnauthorized()));
    await settled();
    source.release();
    await refusals;
    expect(await send(4)).toEqual(["token-2", "token-2", "token-2", "token-2"]);
    expect(rejected()).toEqual([undefined, "token-1"]);
  });

  it("keeps the newer token when refusals of the older one come late", async () => {
    const { provider, rejected, send } = scripted();
    await send(3);
    await provider.onUnauthorized();
    expect(await send(1)).toEqual(["token-2"]);
    await provider.onUnauthorized();
    await provider.onUnauthorized();
    expect(await send(2)).toEqual(["token-2", "token-2"]);
    expect(rejected()).toEqual([undefined, "token-1"]);
  });

  it("keeps it also when the older one was replaced without a refusal", async () => {
    const { cache, source } = cachedScript();
    const provider = toMcpAuthProvider(cache);
    await provider.token();
    cache.clear();
    await provider.token();
    await provider.onUnauthorized();
    expect(source.calls).toHaveLength(2);
    expect(await provider.token()).toBe("token-2");
  });

  it.each([
    [4_999, 2],
    [5_000, 3],
  ])("takes a refusal %i ms after the change for one of the right token", async (ms, requests) => {
    const { provider, source, clock, send } = scripted();
    await send(2);
    await provider.onUnauthorized();
    await send(1);
    clock.advance(ms);
    await provider.onUnauthorized();
    expect(source.calls).toHaveLength(requests);
  });

  it("replaces the newer token once all uses of the older one were refused", async () => {
    const { provider, rejected, clock, send } = scripted();
    await send(1);
    await provider.onUnauthorized();
    await send(1);
    clock.advance(5_000);
    await provider.onUnauthorized();
    expect(rejected()).toEqual([undefined, "token-1", "token-2"]);
  });

  it("passes on what the source says if no other token can be had", async () => {
    const { provider, source, send } = scripted();
    await send(1);
    const failure = tokenError("ERR_TOKEN_OAUTH", { status: 400 });
    source.failNext(failure);
    await expect(provider.onUnauthorized()).rejects.toBe(failure);
  });

  it("keeps users apart, their refusals too", async () => {
    let user = "alice";
    const { provider, rejected, send } = scripted(() => ({ subjectToken: user }));
    await send(2);
    user = "bob";
    await send(2);
    await provider.onUnauthorized();
    user = "alice";
    expect(await send(1)).toEqual(["token-1"]);
    user = "bob";
    expect(await send(1)).toEqual(["token-3"]);
    expect(rejected()).toEqual([undefined, undefined, "token-2"]);
  });

  it("hands out nothing that is no bearer token", async () => {
    const token = createAccessToken({ token: "sentinel", tokenType: "N_A" });
    const provider = toMcpAuthProvider({ identity: undefined, getToken: async () => token });
    const error = await provider.token().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
    expect(String(error)).not.toContain("sentinel");
  });

  it("names the server to the source if it is told which one", async () => {
    const { cache } = cachedScript();
    const getToken = vi.spyOn(cache, "getToken");
    const resource = "https://mcp.example/mcp?key=s3ntinel";
    const provider = toMcpAuthProvider(cache, {}, { resource });
    await provider.token();
    await provider.onUnauthorized();
    expect(getToken.mock.calls[1]?.[1]).toMatchObject({
      rejected: { token: "token-1" },
      rejectedBy: "https://mcp.example/mcp",
    });
  });

  it("names no token that the cache has no more", async () => {
    const { cache, source } = cachedScript();
    const provider = toMcpAuthProvider(cache);
    await provider.token();
    cache.clear();
    await provider.onUnauthorized();
    expect(source.calls.map(({ options }) => options?.rejected)).toEqual([undefined, undefined]);
    expect(await provider.token()).toBe("token-2");
  });

  it.each([
    [{ resuorce: "https://mcp.example" }, 'did you mean "resource"?'],
    [{ resource: "/mcp" }, "must be an absolute URL"],
    ["https://mcp.example", "must be a plain object, not a string"],
  ])("refuses the options %o", (options, says) => {
    const { cache } = cachedScript();
    expect(() => toMcpAuthProvider(cache, {}, options as never)).toThrow(TypeError);
    expect(() => toMcpAuthProvider(cache, {}, options as never)).toThrow(says);
  });

  it("refuses what is no source at once", () => {
    expect(() => toMcpAuthProvider({} as never)).toThrow('"source" must be a token source');
  });
});

describe("the users that toMcpAuthProvider tracks", () => {
  it.each([
    [4_095, "token-1"],
    [4_096, undefined],
  ])(
    "are so few that after %i others the refused token of the first is %s",
    async (others, rejected) => {
      const { cache, source } = cachedScript({ maxSubjectEntries: 5_000 });
      let subjectToken = "alice";
      const provider = toMcpAuthProvider(cache, () => ({ subjectToken }));
      await provider.token();
      for (let user = 0; user < others; user++) {
        subjectToken = `user-${user}`;
        await provider.token();
      }
      subjectToken = "alice";
      await provider.onUnauthorized();
      const last = source.calls.at(-1)?.options?.rejected?.token;
      expect(last).toBe(rejected);
    },
  );
});
