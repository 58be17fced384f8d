import { TokenError, type TokenSource } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { mcpServers } from "../index.ts";
import type { Refusal, SeenRequest, TestServer } from "../mcp-server.test-support.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const alice = { userToken: "alice", principal: "alice" };
const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;
const count = (requests: readonly string[], wanted: string) =>
  requests.filter((request) => request === wanted).length;
const SSE = { "content-type": "text/event-stream" };

/** Lets a server answer `answer` to whatever names a session that it has forgotten. */
function forget(server: TestServer, answer: (seen: SeenRequest) => Refusal | Promise<Refusal>) {
  const known = new Set(server.sessions.keys());
  server.behaviour.refuse = (seen) =>
    seen.session !== undefined && known.has(seen.session) && seen.http !== "DELETE"
      ? answer(seen)
      : undefined;
}

async function withSession() {
  const server = await serverOf();
  const { client, refs, tokens } = clientOf([server]);
  const tool = { name: "echo", server: refs[0] };
  const call = (n = 0) => client.callMcpTool(tool, { n }, alice);
  await call();
  server.take();
  return { server, client, tokens, tool, call };
}

describe("a session that the server has forgotten", () => {
  it.each<[string, Refusal]>([
    ["401", 401],
    ["401 with a text", { status: 401, body: "Unauthorized: Session not found" }],
    ["404", 404],
    [
      "400 that misses the session",
      {
        status: 400,
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: null,
          error: { code: -32000, message: "No valid session ID provided" },
        }),
      },
    ],
  ])("is replaced within the call if the answer is %s", async (_, refusal) => {
    const { server, call, tokens, client } = await withSession();
    forget(server, () => refusal);
    const results = await Promise.all([1, 2, 3, 4].map(call));
    expect(results.map(({ text }) => text)).toEqual([1, 2, 3, 4].map((n) => `echo {"n":${n}}`));
    expect(count(server.take(), "POST initialize")).toBe(1);
    expect(tokens.asked.length).toBeLessThanOrEqual(2);
    expect((await client.listMcpTools(alice)).tools).toHaveLength(1);
    expect(server.take()).toEqual(["POST tools/list"]);
  });

  it.each<[string, (seen: SeenRequest) => Refusal, object]>([
    [
      "403",
      () => ({ status: 403, body: '{"code":-32001,"message":"principal mismatch"}' }),
      { status: 403 },
    ],
    ["500", () => 500, { status: 500 }],
    ["502", () => 502, { status: 502 }],
    ["410", () => 410, { status: 410 }],
    [
      "a page",
      () => ({ status: 200, body: "<html>", headers: { "content-type": "text/html" } }),
      { code: "ERR_TOKEN_RESPONSE" },
    ],
    [
      "an empty stream",
      () => ({ status: 200, body: "", headers: SSE }),
      { code: "ERR_TOKEN_NETWORK" },
    ],
    ["a 202", () => ({ status: 202, body: "" }), { code: "ERR_TOKEN_RESPONSE" }],
    ["a broken connection", () => "reset", { code: "ERR_TOKEN_NETWORK" }],
    [
      "no tool result",
      (seen) => ({
        status: 200,
        body: JSON.stringify({ jsonrpc: "2.0", id: idOf(seen), result: { content: 1 } }),
      }),
      { code: "ERR_TOKEN_RESPONSE" },
    ],
    [
      "a JSON-RPC error for no request in HTTP 500",
      () => ({
        status: 500,
        body: JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32603, message: "no" } }),
      }),
      { code: -32603 },
    ],
    ...["Session not found", "Bad Request: No valid session ID provided"].flatMap((message) =>
      (["own id", null, undefined] as const).flatMap((given) =>
        [200, 500].flatMap((status) =>
          [{}, SSE].map((headers): [string, (seen: SeenRequest) => Refusal, object] => [
            `"${message}" under ${status} with the id ${given}, ${JSON.stringify(headers)}`,
            (seen) => {
              const id = given === "own id" ? idOf(seen) : given;
              const body = JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32001, message } });
              return {
                status,
                headers,
                body: "content-type" in headers ? `data: ${body}\n\n` : body,
              };
            },
            { code: -32001, message: expect.stringContaining(message) },
          ]),
        ),
      ),
    ),
  ])("is replaced after the call if the answer is %s", async (_, answer, error) => {
    const { server, call, tokens } = await withSession();
    forget(server, answer);
    // The tool may have run, so these calls fail.
    const failed = await Promise.all([1, 2, 3].map((n) => caught(call(n))));
    for (const one of failed) expect(one).toMatchObject(error);
    expect(count(server.take(), "POST initialize")).toBe(0);
    expect((await call(4)).text).toBe('echo {"n":4}');
    expect((await call(5)).text).toBe('echo {"n":5}');
    const requests = server.take();
    expect([count(requests, "POST initialize"), count(requests, "POST tools/call")]).toEqual([
      1, 2,
    ]);
    expect(tokens.asked).toHaveLength(1);
  });

  it.each([
    ["the time limit", { timeoutMs: 300 }, "ERR_TOKEN_TIMEOUT"],
    ["the limit in all", { maxTotalTimeoutMs: 300 }, "ERR_TOKEN_TIMEOUT"],
  ])("is replaced after the call if there is no answer within %s", async (_, limits, code) => {
    const { server, client, call, tool } = await withSession();
    forget(server, () => new Promise(() => {}));
    const silent = caught(client.callMcpTool(tool, {}, { ...alice, ...limits }));
    expect(await silent).toMatchObject({ code });
    expect((await call()).text).toBe('echo {"n":0}');
    expect(count(server.take(), "POST initialize")).toBe(1);
  });

  it("is replaced after an AbortSignal.timeout() of the caller, too", async () => {
    const { server, client, call, tool } = await withSession();
    forget(server, () => new Promise(() => {}));
    const reason = new DOMException("late", "TimeoutError");
    const controller = new AbortController();
    const silent = caught(client.callMcpTool(tool, {}, { ...alice, signal: controller.signal }));
    controller.abort(reason);
    expect(await silent).toBe(reason);
    expect((await call()).text).toBe('echo {"n":0}');
    expect(count(server.take(), "POST initialize")).toBe(1);
  });

  it.each([401, 403, 404])("is replaced within a list that is answered %i", async (status) => {
    const { server, client } = await withSession();
    forget(server, () => status);
    expect((await client.listMcpTools(alice)).tools).toHaveLength(1);
    expect(count(server.take(), "POST initialize")).toBe(1);
  });
});

describe("a session is kept", () => {
  it.each<[string, (seen: SeenRequest) => Refusal, object]>([
    [
      "403 for the scope",
      () => ({
        status: 403,
        body: "",
        headers: { "www-authenticate": 'Bearer error="insufficient_scope"' },
      }),
      { oauthError: "insufficient_scope" },
    ],
    ["429", () => 429, { status: 429 }],
    [
      "a JSON-RPC error for the request in HTTP 500",
      (seen) => ({
        status: 500,
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: idOf(seen),
          error: { code: -32603, message: "no" },
        }),
      }),
      { code: -32603 },
    ],
    [
      "a JSON-RPC error",
      (seen) => ({
        status: 200,
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: idOf(seen),
          error: { code: -32603, message: "no" },
        }),
      }),
      { code: -32603 },
    ],
  ])("after %s", async (_, answer, error) => {
    const { server, call } = await withSession();
    server.behaviour.refuse = (seen) => (seen.rpc === "tools/call" ? answer(seen) : undefined);
    expect(await caught(call())).toMatchObject(error);
    server.behaviour.refuse = () => undefined;
    await call();
    expect(count(server.take(), "POST initialize")).toBe(0);
  });

  it("after an abort of its caller", async () => {
    const { server, client, call, tool } = await withSession();
    const controller = new AbortController();
    server.behaviour.refuse = ({ rpc }) =>
      rpc === "tools/call" ? new Promise(() => {}) : undefined;
    const aborted = caught(client.callMcpTool(tool, {}, { ...alice, signal: controller.signal }));
    controller.abort();
    expect(await aborted).toMatchObject({ name: "AbortError" });
    server.behaviour.refuse = () => undefined;
    await call();
    expect(count(server.take(), "POST initialize")).toBe(0);
  });

  it.each(["sessionless", "modern"] as const)(
    "by a client of a %s server, which has none to forget",
    async (era) => {
      const server = await serverOf({ era });
      const { client, refs } = clientOf([server]);
      const tool = { name: "echo", server: refs[0] };
      await client.callMcpTool(tool, {}, alice);
      server.take();
      for (const status of [401, 403, 500]) {
        server.behaviour.refuse = () => status;
        await caught(client.callMcpTool(tool, {}, alice));
      }
      server.behaviour.refuse = () => undefined;
      await client.callMcpTool(tool, {}, alice);
      expect(new Set(server.take())).toEqual(new Set(["POST tools/call"]));
    },
  );
});

describe("a server that always refuses", () => {
  it.each([401, 403])(
    "%i costs one initialize per call, and no flood of tokens",
    async (status) => {
      const { server, call, tokens } = await withSession();
      server.behaviour.refuse = ({ rpc }) => (rpc === "tools/call" ? status : undefined);
      for (let n = 1; n <= 5; n++) {
        await caught(call(n));
        expect(count(server.take(), "POST initialize")).toBeLessThanOrEqual(1);
      }
      expect(tokens.asked.length).toBe(status === 401 ? 2 : 1);
    },
  );

  it("401 leaves the caller with the source's error if there is no new token", async () => {
    const server = await serverOf();
    const { source } = scriptedTokens();
    const failure = new TokenError("ERR_TOKEN_OAUTH", "Cannot get a token: revoked");
    const tokens: TokenSource = {
      identity: "revoked",
      getToken: async (request, options = {}) => {
        if (options.rejected !== undefined) throw failure;
        return source.getToken(request);
      },
    };
    const servers = [{ name: "s", url: server.url }];
    const { client } = clientOf([server], { flow: mcpServers({ tokens, servers }) });
    const tool = { name: "echo", server: { name: "s", url: server.url } };
    await client.callMcpTool(tool, {}, alice);
    server.take();
    forget(server, () => 401);
    expect(await caught(client.callMcpTool(tool, {}, alice))).toMatchObject({
      code: "ERR_TOKEN_OAUTH",
    });
    expect(server.take()).not.toContain("POST initialize");
  });
});
