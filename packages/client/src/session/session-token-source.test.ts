import { cachingTokenSource, createAccessToken, type TokenSource } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { mcpServers } from "../index.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";
import { SessionCall } from "./session-call.ts";
import { SessionTokenSource } from "./session-token-source.ts";

const alice = { userToken: "alice", principal: "alice" };

/** A session of alice on a server, with a cache that can be reached into. Its tokens live for an hour. */
async function sessionOf() {
  const clock = createFakeClock();
  const server = await serverOf();
  const asked: unknown[] = [];
  let count = 0;
  const source: TokenSource = {
    identity: "scripted",
    async getToken(_request, options) {
      asked.push(options);
      return createAccessToken({ token: `alice-${++count}`, expiresAt: clock.now() + 3_600_000 });
    },
  };
  const cache = cachingTokenSource(source, { clock });
  const servers = [{ name: "s", url: server.url }];
  const flow = mcpServers({ tokens: cache, servers });
  const { client } = clientOf([], { flow, clock, allowInsecureHosts: [server.host] });
  const tool = { name: "echo", server: { name: "s", url: server.url } };
  await client.callMcpTool(tool, {}, alice);
  server.take();
  const request = { subjectToken: "alice", principal: "alice" };
  return { clock, server, cache, flow, client, tool, asked, request };
}

type Session = Awaited<ReturnType<typeof sessionOf>>;

/** What takes a token out of the cache. */
const ENDINGS: readonly [string, (session: Session) => void][] = [
  ["it expired", ({ clock }) => clock.advance(3_600_000)],
  ["the user was evicted", ({ cache }) => void cache.evict({ principal: "alice" })],
  ["its request was invalidated", ({ cache, request }) => void cache.invalidate(request)],
  ["the cache was cleared", ({ client }) => client.clearTokenCache()],
  ["the cache was closed", ({ cache }) => cache.close()],
];

describe("the end of a session", () => {
  it("presents the token that the cache holds, and asks for none", async () => {
    const { server, client, asked } = await sessionOf();
    await client.close();
    expect(server.seen).toMatchObject([
      { http: "DELETE", authorization: "Bearer alice-1", status: 200 },
    ]);
    expect(asked).toHaveLength(1);
  });

  it("presents the token that has taken the place of the session's", async () => {
    const { server, client, cache, request, asked } = await sessionOf();
    const rejected = cache.peek(request);
    if (rejected === undefined) throw new Error("there is no token");
    await cache.getToken(request, { rejected });
    await client.close();
    expect(server.seen).toMatchObject([{ http: "DELETE", authorization: "Bearer alice-2" }]);
    expect(asked).toHaveLength(2);
  });

  it.each(ENDINGS)("presents nothing once %s, and asks for no token", async (_, end) => {
    const session = await sessionOf();
    end(session);
    await session.client.close();
    expect(session.server.seen).toEqual([]);
    expect(session.asked).toHaveLength(1);
  });

  it("presents nothing if the flow cannot be looked into", async () => {
    const server = await serverOf();
    const { source, asked } = scriptedTokens();
    const { flow } = scriptedFlow({ identity: source.identity, getToken: source.getToken });
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    await client.callMcpTool({ name: "echo", server: { name: "s", url: server.url } }, {}, alice);
    server.take();
    const before = asked.length;
    await client.close();
    expect(server.seen).toEqual([]);
    expect(asked).toHaveLength(before);
  });

  it.each([
    ["a promise", async () => createAccessToken({ token: "sentinel" })],
    ["no token", () => ({ access_token: "sentinel" })],
    [
      "an error",
      () => {
        throw new Error("sentinel");
      },
    ],
    [
      "a token for another gateway",
      () => createAccessToken({ token: "sentinel", gatewayUrl: "https://other.example" }),
    ],
  ])("presents nothing if a look into the flow yields %s", async (_, peek) => {
    const server = await serverOf();
    const { source } = scriptedTokens();
    const userTokens = { identity: "x", getToken: source.getToken, peek };
    const { flow } = scriptedFlow(userTokens);
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    await client.callMcpTool({ name: "echo", server: { name: "s", url: server.url } }, {}, alice);
    server.take();
    await client.close();
    expect(server.seen).toEqual([]);
  });
});

describe("the notice that a call was cancelled", () => {
  /** Cancels a call while its tool is at work, `meanwhile` having happened. */
  async function cancelAfter(meanwhile: (session: Session) => void) {
    const session = await sessionOf();
    const { server, client, tool } = session;
    const begun = Promise.withResolvers<void>();
    server.behaviour.call = () => {
      begun.resolve();
      return new Promise(() => {});
    };
    const abort = new AbortController();
    const call = client.callMcpTool(tool, {}, { ...alice, signal: abort.signal });
    call.catch(() => {});
    await begun.promise;
    server.take();
    meanwhile(session);
    abort.abort();
    await client.close();
    return session;
  }

  it("presents the token that the cache holds", async () => {
    const { server, asked } = await cancelAfter(() => {});
    expect(server.seen.map(({ rpc }) => rpc)).toContain("notifications/cancelled");
    for (const { authorization } of server.seen) expect(authorization).toBe("Bearer alice-1");
    expect(asked).toHaveLength(1);
  });

  it.each(ENDINGS)("is not sent once %s", async (_, end) => {
    const { server, asked } = await cancelAfter(end);
    expect(server.seen).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe("a call", () => {
  it.each(ENDINGS.slice(0, 4))("gets a new token once %s", async (_, end) => {
    const session = await sessionOf();
    end(session);
    await session.client.callMcpTool(session.tool, {}, alice);
    expect(session.server.seen.at(-1)?.authorization).toBe("Bearer alice-2");
  });

  it("hands on to the source all that it is told of a refusal", async () => {
    const { source, asked } = scriptedTokens();
    const url = new URL("https://mcp.example/mcp");
    const tokens = new SessionTokenSource({ tokens: source, url, allowOrigins: [] });
    const rejected = createAccessToken({ token: "refused-one" });
    const options = { rejected, rejectedBy: url.href, minValidityMs: 1 };
    const call = new SessionCall({ request: { subjectToken: "alice" } });
    await tokens.during(call, () => tokens.getToken({}, options));
    expect(asked[0]?.options).toBe(options);
  });
});
