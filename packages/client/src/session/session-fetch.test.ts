import {
  cachingTokenSource,
  createAccessToken,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import { describe, expect, it, vi } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { mcpServers } from "../index.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const alice = { userToken: "alice" };
type Fetch = typeof globalThis.fetch;

/** A client of one server whose requests go through `fetch`. */
async function clientThrough(fetch: Fetch, era: "session" | "modern" = "session") {
  const server = await serverOf({ era });
  const { flow } = scriptedFlow(scriptedTokens().source, { fetch });
  const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
  return { server, client, tool: { name: "t", server: { name: "s", url: server.url } } };
}

const isToolCall = (init: RequestInit | undefined) => String(init?.body).includes("tools/call");

describe.each(["session", "modern"] as const)(
  "the HTTP requests of a call to a %s server",
  (era) => {
    it("have a signal that no other call has, and that a good end does not abort", async () => {
      const signals: unknown[] = [];
      const { client, tool } = await clientThrough(async (input, init) => {
        if (isToolCall(init)) signals.push(init?.signal);
        return globalThis.fetch(input, init);
      }, era);
      for (let call = 0; call < 3; call++) await client.callMcpTool(tool, {}, alice);
      expect(new Set(signals).size).toBe(3);
      expect(signals).toEqual(Array(3).fill(expect.objectContaining({ aborted: false })));
    });

    it("are ended with the call if there is no response by then", async () => {
      const ended = Promise.withResolvers<void>();
      const { client, tool } = await clientThrough((input, init) => {
        if (!isToolCall(init)) return globalThis.fetch(input, init);
        return new Promise((_, reject) => {
          init?.signal?.addEventListener("abort", () => {
            reject(init.signal?.reason);
            ended.resolve();
          });
        });
      }, era);
      await client.listMcpTools(alice);
      const options = { ...alice, timeoutMs: 100, maxTotalTimeoutMs: 60_000 };
      const call = client.callMcpTool(tool, {}, options);
      await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
      await ended.promise;
    });

    it("are not cut by the end of an earlier call of the session", async () => {
      const { client, tool } = await clientThrough(
        (input, init) => globalThis.fetch(input, init),
        era,
      );
      const abort = new AbortController();
      await client.callMcpTool(tool, {}, { ...alice, signal: abort.signal });
      abort.abort();
      expect((await client.callMcpTool(tool, {}, alice)).text).toBe("t {}");
    });
  },
);

describe("an event stream that goes on after the result", () => {
  it("is cancelled when its call ends", async () => {
    const cancels: ReturnType<typeof vi.fn>[] = [];
    const { client, tool } = await clientThrough(async (input, init) => {
      const response = await globalThis.fetch(input, init);
      if (!isToolCall(init)) return response;
      // An event stream that goes on after the result: the SDK reads no further than its call needs.
      const cancel = vi.fn();
      cancels.push(cancel);
      const result = new Uint8Array(await response.arrayBuffer());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(result),
        cancel,
      });
      return new Response(body, { headers: response.headers });
    });
    expect((await client.callMcpTool(tool, {}, alice)).text).toBe("t {}");
    expect((await client.callMcpTool(tool, {}, alice)).text).toBe("t {}");
    await vi.waitFor(() => {
      expect(cancels).toHaveLength(2);
      for (const cancel of cancels) expect(cancel).toHaveBeenCalledOnce();
    });
  });
});

describe("a redirect from http to https", () => {
  it("is followed without the token, which is for the http origin alone", async () => {
    const sent: unknown[] = [];
    const redirecting: Fetch = async (input, init) => {
      const { url, headers } = new Request(input, init);
      sent.push([new URL(url).protocol, headers.get("authorization")]);
      const location = "https://a.example/mcp";
      return url.startsWith("http:")
        ? new Response(null, { status: 307, headers: { location } })
        : new Response(null, { status: 500 });
    };
    const { flow } = scriptedFlow(scriptedTokens().source, { fetch: redirecting });
    const { client } = clientOf([], { flow, allowInsecureHosts: ["a.example"] });
    const tool = { name: "t", server: { name: "s", url: "http://a.example/mcp" } };
    await expect(client.callMcpTool(tool, {}, alice)).rejects.toMatchObject({ status: 500 });
    expect(sent.slice(0, 2)).toEqual([
      ["http:", "Bearer alice-1"],
      ["https:", null],
    ]);
  });
});

describe("the user's token", () => {
  /** Counts what is bound, which takes a hash of the user's token, and what is asked for without being bound. */
  async function bindings() {
    const bound: unknown[] = [];
    const token = createAccessToken({ token: "t" });
    const userTokens = {
      identity: "x",
      getToken: vi.fn<TokenSource["getToken"]>(async () => token),
      bind(request: unknown) {
        bound.push(structuredClone(request));
        return { getToken: async () => token };
      },
    };
    const server = await serverOf();
    const { flow } = scriptedFlow(userTokens);
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    const call = (userToken: string, audience?: readonly string[]) => {
      const ref = { name: "s", url: server.url, ...(audience && { request: { audience } }) };
      return client.callMcpTool({ name: "t", server: ref }, {}, { userToken, principal: "alice" });
    };
    return { bound, call, getToken: userTokens.getToken };
  }

  it("is hashed when the session sees another one, and not at each call", async () => {
    const { bound, call, getToken } = await bindings();
    for (const userToken of ["a", "a", ["", "a"].join(""), "b", "b", "a"]) await call(userToken);
    expect(bound).toMatchObject(["a", "b", "a"].map((subjectToken) => ({ subjectToken })));
    expect(getToken).not.toHaveBeenCalled();
  });

  it("is bound anew for another target, also one that was changed in place", async () => {
    const { bound, call } = await bindings();
    const audience = ["one"];
    await call("a", audience);
    await call("a", ["one"]);
    audience.push("two");
    await call("a", audience);
    await call("a");
    expect(bound.map((request) => (request as { audience?: unknown }).audience)).toEqual([
      ["one"],
      ["one", "two"],
      undefined,
    ]);
  });

  it("finds its session also where two tokens end alike", async () => {
    const server = await serverOf();
    const tokens = scriptedTokens();
    const servers = [{ name: "s", url: server.url }];
    const flow = mcpServers({ tokens: tokens.source, servers });
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    const users = ["a", "b"].map((begin) => ({ userToken: begin + "x".repeat(40) }));
    for (const user of [...users, ...users]) await client.callMcpTool(tool, {}, user);
    const calls = server.seen.filter(({ rpc }) => rpc === "tools/call");
    const seen = calls.map(({ authorization, session }) => `${authorization?.[7]} ${session}`);
    expect(new Set(seen).size).toBe(2);
    expect(new Set(calls.map(({ session }) => session)).size).toBe(2);
  });
});

describe('a call with missingToken: "anonymous"', () => {
  /** A client whose tokens can be made to fail; it writes down what the source is told of refusals. */
  async function anonymous(refuse: (authorization: string | undefined) => boolean = () => false) {
    const server = await serverOf();
    server.behaviour.refuse = ({ authorization }) => (refuse(authorization) ? 401 : undefined);
    const state = { fails: true, rejected: [] as (string | undefined)[] };
    let count = 0;
    const tokens: TokenSource = {
      identity: "x",
      async getToken(_request, options) {
        state.rejected.push(options?.rejected?.token);
        if (state.fails) throw new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: no");
        return createAccessToken({ token: `alice-${++count}` });
      },
    };
    const servers = [{ name: "s", url: server.url }];
    const cache = cachingTokenSource(tokens, { failureLifetimeMs: 0 });
    const flow = mcpServers({ tokens: cache, systemTokens: tokens, servers });
    const { client } = clientOf([], {
      flow,
      allowInsecureHosts: [server.host],
      missingToken: "anonymous",
    });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    return { server, client, state, call: () => client.callMcpTool(tool, {}, alice), tool };
  }

  it("goes out without a token while none can be had, and so does the end of its session", async () => {
    const { server, client, call, state } = await anonymous();
    expect((await call()).text).toBe("t {}");
    await client.close();
    expect(server.seen.at(-1)?.http).toBe("DELETE");
    expect(new Set(server.seen.map(({ authorization }) => authorization))).toEqual(
      new Set([undefined]),
    );
    expect(state.rejected.every((token) => token === undefined)).toBe(true);
  });

  it("fails with the reason if the server wants a token", async () => {
    const { call, state } = await anonymous((authorization) => authorization === undefined);
    await expect(call()).rejects.toThrow("Cannot get a token: no");
    expect(state.rejected.every((token) => token === undefined)).toBe(true);
  });

  it("presents a token that can be had by the time the server wants one", async () => {
    const { server, call, state } = await anonymous((authorization) => {
      state.fails = false;
      return authorization === undefined;
    });
    expect((await call()).text).toBe("t {}");
    expect(server.seen.at(-1)?.authorization).toBe("Bearer alice-1");
    expect(state.rejected).not.toContain("alice-1");
  });

  it("never replaces a token that the server refused by no token", async () => {
    let refusing = false;
    const { server, call, state } = await anonymous(() => refusing);
    state.fails = false;
    await call();
    refusing = true;
    state.fails = true;
    server.take();
    await expect(call()).rejects.toMatchObject({ code: "ERR_TOKEN_OAUTH" });
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(["Bearer alice-1"]);
  });

  it("tells what else went wrong with a call that went out without a token", async () => {
    const { server, call } = await anonymous();
    await call();
    server.behaviour.refuse = () => 503;
    await expect(call()).rejects.toMatchObject({ code: "ERR_TOKEN_HTTP", status: 503 });
  });

  it("is the agent's own only with a token", async () => {
    const { server, client, tool } = await anonymous();
    const call = client.callMcpTool(tool, {}, { system: true });
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_OAUTH" });
    expect(server.seen).toEqual([]);
  });
});
