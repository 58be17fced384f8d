import { inspect } from "node:util";
import type { TokenSource } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { type Refusal, SENTINEL, type SeenRequest } from "../mcp-server.test-support.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

const alice = { userToken: "alice" };
const MAY_HAVE_RUN = "; the tool may have run";
type Era = "session" | "sessionless" | "modern";
const ERAS: readonly Era[] = ["session", "sessionless", "modern"];

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;
/** A JSON-RPC error; with the id of the request it may be the tool's. */
const rpcError = (id: unknown, error: object) => JSON.stringify({ jsonrpc: "2.0", id, error });

/**
 * Calls a tool whose server does the work and then answers each call as `answers` say, one after the other, and properly
 * from then on. An answer of which `unworked` is true comes in the place of the work.
 */
async function callAfter(
  era: Era,
  answers: readonly ((seen: SeenRequest) => Refusal)[],
  { unworked = false }: { unworked?: boolean } = {},
) {
  const server = await serverOf({ era });
  const { client, refs, tokens } = clientOf([server]);
  // Without a schema, as somebody may write a reference by hand.
  const tool = { name: "echo", server: refs[0] };
  await client.callMcpTool(tool, {}, alice);
  server.take();
  const left = [...answers];
  let runs = 0;
  server.behaviour.refuse = (seen) => {
    if (seen.rpc !== "tools/call") return undefined;
    const answer = left.shift();
    if (answer === undefined || !unworked) runs++;
    return answer?.(seen);
  };
  const outcome = await client.callMcpTool(tool, {}, alice).then(
    ({ text }) => text,
    (error: unknown) => error,
  );
  const sent = server.take().filter((request) => request === "POST tools/call").length;
  return { outcome, runs, sent, tokens, client, tool, server };
}

const SESSION_GONE = "Bad Request: Mcp-Session-Id header is required";
const REVISION = "Bad Request: Unsupported protocol version: 2026-07-28";
const bodyOf = (status: number, body: (seen: SeenRequest) => string) => (seen: SeenRequest) => ({
  status,
  body: body(seen),
});

describe("a tool call is sent again, since the tool did not run, after", () => {
  it.each<[string, readonly Era[], (seen: SeenRequest) => Refusal]>([
    ["a 401", ERAS, () => 401],
    ["a 404 to a request with a session id", ["session"], () => 404],
    [
      "a 400 that misses the session",
      ERAS,
      bodyOf(400, () => rpcError(null, { code: -32000, message: SESSION_GONE })),
    ],
    [
      "a 400 whose id is a text",
      ERAS,
      bodyOf(400, () =>
        rpcError("server-error", {
          code: -32600,
          message: "Bad Request: No valid session ID provided",
        }),
      ),
    ],
    [
      "a 400 that names the revision",
      ERAS,
      bodyOf(400, () => rpcError(null, { code: -32000, message: REVISION })),
    ],
    [
      "a 400 with the code for the revision",
      ERAS,
      bodyOf(400, (seen) => rpcError(idOf(seen), { code: -32022, message: "no" })),
    ],
  ])("%s", async (_, eras, answer) => {
    for (const era of eras) {
      const { outcome, runs, sent } = await callAfter(era, [answer], { unworked: true });
      expect({ era, outcome, runs, sent }).toEqual({ era, outcome: "echo {}", runs: 1, sent: 2 });
    }
  });

  it("a 401 with the new token, too, if the request had a session id", async () => {
    const answers = [() => 401, () => 401];
    const { outcome, runs, sent, tokens } = await callAfter("session", answers, { unworked: true });
    expect({ outcome, runs, sent }).toEqual({ outcome: "echo {}", runs: 1, sent: 3 });
    expect(tokens.asked).toHaveLength(2);
  });

  it.each<[string, Era, Refusal, number, object]>([
    ["a 401 on a new session", "session", 401, 3, { code: "ERR_TOKEN_REJECTED", retryable: false }],
    ["a 401", "sessionless", 401, 2, { code: "ERR_TOKEN_REJECTED", retryable: false }],
    ["a 401", "modern", 401, 2, { code: "ERR_TOKEN_REJECTED", retryable: false }],
    ["a 404", "session", 404, 2, { code: "ERR_TOKEN_HTTP", status: 404, retryable: false }],
  ])(
    "%s (%s), once and no more; the error then says nothing of a run",
    async (_, era, answer, times, error) => {
      const answers = Array(4).fill(() => answer);
      const { outcome, runs, sent } = await callAfter(era, answers, { unworked: true });
      expect(outcome).toMatchObject(error);
      expect([runs, sent]).toEqual([0, times]);
      expect(String(outcome)).not.toContain(MAY_HAVE_RUN);
    },
  );
});

describe("a tool runs once, and the caller hears that it may have run, if the server answers", () => {
  it.each<[string, readonly Era[], (seen: SeenRequest) => Refusal, object]>([
    [
      "404 without a session",
      ["sessionless", "modern"],
      () => 404,
      { code: "ERR_TOKEN_HTTP", status: 404, retryable: false },
    ],
    ["400", ERAS, () => 400, { code: "ERR_TOKEN_HTTP", status: 400, retryable: false }],
    [
      "400 that is longer than it need be",
      ERAS,
      () => ({ status: 400, body: " ".repeat(100_000) }),
      { status: 400 },
    ],
    [
      "400 with a word of a session, in no JSON-RPC error",
      ERAS,
      () => ({
        status: 400,
        body: JSON.stringify({ error: { code: -32000, message: SESSION_GONE } }),
      }),
      { status: 400 },
    ],
    ["403", ERAS, () => 403, { code: "ERR_TOKEN_HTTP", status: 403, retryable: false }],
    ["429", ERAS, () => 429, { code: "ERR_TOKEN_HTTP", status: 429, retryable: true }],
    ["500", ERAS, () => 500, { code: "ERR_TOKEN_HTTP", status: 500, retryable: true }],
    ["503", ERAS, () => 503, { code: "ERR_TOKEN_HTTP", status: 503, retryable: true }],
    [
      "303",
      ERAS,
      () => ({ status: 303, body: "", headers: { location: "/mcp" } }),
      { code: "ERR_TOKEN_HTTP", status: 303, retryable: false },
    ],
    [
      "nothing, as the connection breaks",
      ERAS,
      () => "reset",
      { code: "ERR_TOKEN_NETWORK", retryable: true },
    ],
    [
      "what is no JSON",
      ERAS,
      () => ({ status: 200, body: SENTINEL }),
      { code: "ERR_TOKEN_RESPONSE", retryable: false },
    ],
    [
      "a page",
      ERAS,
      () => ({ status: 200, body: SENTINEL, headers: { "content-type": "text/html" } }),
      { code: "ERR_TOKEN_RESPONSE", retryable: false },
    ],
    [
      "what is no tool result",
      ERAS,
      (seen) => ({
        status: 200,
        body: JSON.stringify({ jsonrpc: "2.0", id: idOf(seen), result: { content: SENTINEL } }),
      }),
      { code: "ERR_TOKEN_RESPONSE" },
    ],
    [
      "that it needs input",
      ["modern"],
      (seen) => ({
        status: 200,
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: idOf(seen),
          result: { resultType: "input_required", requestState: "s" },
        }),
      }),
      { code: "ERR_TOKEN_RESPONSE", message: expect.stringContaining("asks for input") },
    ],
  ])("%s", async (_, eras, answer, expected) => {
    for (const era of eras) {
      const { outcome, runs, sent, tokens, client, tool } = await callAfter(era, [answer]);
      expect(outcome).toMatchObject({ name: "TokenError", ...expected });
      expect({ era, runs, sent }).toEqual({ era, runs: 1, sent: 1 });
      expect(String(outcome)).toMatch(new RegExp(`${MAY_HAVE_RUN}$`));
      expect(inspect(outcome, { depth: null, showHidden: true })).not.toContain(SENTINEL);
      expect(tokens.asked).toHaveLength(1);
      // The caller may decide to call again.
      expect((await client.callMcpTool(tool, {}, alice)).text).toBe("echo {}");
    }
  });

  it("400 to a session, which is then replaced without being asked for", async () => {
    const { runs, client, tool, server } = await callAfter("session", [() => 400]);
    expect(runs).toBe(1);
    await client.callMcpTool(tool, {}, alice);
    expect(server.take()).toContain("POST initialize");
  });
});

describe("a JSON-RPC error", () => {
  const CODES = [400, 401, 403, 404, 408, 429, 500, 503, -32001, -32020, -32022, -32602];

  it.each(CODES)(
    "with the code %i, in HTTP 200, is the caller's: one run, no new token",
    async (code) => {
      for (const era of ERAS) {
        const error = { code, message: "Session not found: unsupported protocol version" };
        const answer = bodyOf(200, (seen) => rpcError(idOf(seen), error));
        const { outcome, runs, sent, tokens, client, tool, server } = await callAfter(era, [
          answer,
        ]);
        expect(outcome).toMatchObject({ code });
        expect(outcome).not.toHaveProperty("status");
        expect({ era, runs, sent }).toEqual({ era, runs: 1, sent: 1 });
        expect(tokens.asked).toHaveLength(1);
        // It names the session, so the next call opens another one.
        await client.callMcpTool(tool, {}, alice);
        const opened = server.take().filter((request) => request === "POST initialize");
        expect(opened).toHaveLength(era === "session" ? 1 : 0);
      }
    },
  );

  it.each(CODES)("with the code %i, in HTTP 200, keeps the session otherwise", async (code) => {
    for (const era of ERAS) {
      const error = { code, message: "no such order" };
      const answer = bodyOf(200, (seen) => rpcError(idOf(seen), error));
      const { client, tool, server } = await callAfter(era, [answer]);
      await client.callMcpTool(tool, {}, alice);
      expect(server.take()).toEqual(["POST tools/call"]);
    }
  });

  it("of the tool, in HTTP 400, that speaks of a session is the caller's, too", async () => {
    for (const era of ERAS) {
      const error = { code: -32000, message: "Your session with the shop has expired" };
      const answer = bodyOf(400, (seen) => rpcError(idOf(seen), error));
      const { runs, sent, outcome } = await callAfter(era, [answer]);
      expect({ era, runs, sent }).toEqual({ era, runs: 1, sent: 1 });
      expect(outcome).toMatchObject(error);
    }
  });

  const NO_ORDER = { code: -32000, message: "no such order" };

  it.each([400, 403, 404, 405, 429, 500, 503])(
    "in HTTP %i keeps code and message, whatever its id",
    async (status) => {
      for (const id of [undefined, null, "server-error", "its own"] as const) {
        const answer = bodyOf(status, (seen) =>
          rpcError(id === "its own" ? idOf(seen) : id, NO_ORDER),
        );
        // A 404 to a request with a session id is about the session.
        const era = status === 404 ? "sessionless" : "session";
        const { runs, sent, outcome, tokens } = await callAfter(era, [answer]);
        expect({ id, runs, sent }).toEqual({ id, runs: 1, sent: 1 });
        expect(outcome).toMatchObject({ ...NO_ORDER, cause: { code: "ERR_TOKEN_HTTP", status } });
        expect(tokens.asked).toHaveLength(1);
      }
    },
  );

  it("in HTTP 500 that is none is not passed on", async () => {
    for (const body of [{ error: NO_ORDER }, { jsonrpc: "2.0", error: "no" }, [NO_ORDER]]) {
      const answer = bodyOf(500, () => JSON.stringify(body));
      const { outcome } = await callAfter("session", [answer]);
      expect(outcome).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 500 });
    }
  });

  it.each([400, 401, 404])(
    "with the code %i does not have a list asked for again",
    async (code) => {
      const server = await serverOf({ era: "modern" });
      const { client, tokens } = clientOf([server]);
      server.behaviour.refuse = (seen) =>
        seen.rpc === "tools/list"
          ? { status: 200, body: rpcError(idOf(seen), { code, message: "no" }) }
          : undefined;
      expect(await caught(client.listMcpTools(alice))).toMatchObject({ errors: [{ code }] });
      expect(server.take().filter((request) => request === "POST tools/list")).toHaveLength(1);
      expect(tokens.asked).toHaveLength(1);
    },
  );
});

describe("a tool did certainly not run, and the caller hears nothing of a run, if", () => {
  it("the server cannot be reached", async () => {
    const { server, client, tool } = await callAfter("modern", []);
    await server.close();
    // This one may find the connection of before, which breaks only when it is used.
    await caught(client.callMcpTool(tool, {}, alice));
    const error = await caught(client.callMcpTool(tool, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(String(error)).toMatch(/\(ECONNREFUSED\); check host and port$/);
  });

  it("the scope of the token is too narrow", async () => {
    const headers = { "www-authenticate": 'Bearer error="insufficient_scope", scope="write"' };
    const { outcome, sent } = await callAfter("session", [
      () => ({ status: 403, body: SENTINEL, headers }),
    ]);
    expect(outcome).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "insufficient_scope" });
    expect(String(outcome)).toMatch(/is needed$/);
    expect(sent).toBe(1);
  });

  it("there is no token for it", async () => {
    const { client, tool, server } = await callAfter("session", []);
    const error = await caught(client.callMcpTool(tool, {}, { userToken: "refused" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH" });
    expect(String(error)).not.toContain(MAY_HAVE_RUN);
    expect(server.take()).toEqual([]);
  });

  it("its token came when the call was over: it is not sent any more", async () => {
    for (const era of ["session", "modern"] as const) {
      const server = await serverOf({ era });
      const late = Promise.withResolvers<void>();
      const { source } = scriptedTokens();
      let isLate = false;
      const userTokens: TokenSource = {
        identity: undefined,
        async getToken(request) {
          if (isLate) await late.promise;
          return source.getToken(request);
        },
      };
      const { flow } = scriptedFlow(userTokens);
      const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
      const tool = { name: "echo", server: { name: "s", url: server.url } };
      await client.callMcpTool(tool, {}, alice);
      server.take();
      isLate = true;
      const error = await caught(client.callMcpTool(tool, {}, { ...alice, timeoutMs: 20 }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
      expect(String(error)).not.toContain(MAY_HAVE_RUN);
      isLate = false;
      late.resolve();
      await client.callMcpTool(tool, { n: 1 }, alice);
      const calls = server.seen.filter(({ rpc }) => rpc === "tools/call");
      expect(calls.map(({ body }) => JSON.stringify(body))).toEqual([
        expect.stringContaining('"n":1'),
      ]);
    }
  });
});

describe("a tool that is silent", () => {
  it("may have run", async () => {
    const server = await serverOf({ call: () => new Promise(() => {}) });
    const { client, refs } = clientOf([server]);
    const tool = { name: "t", server: refs[0] };
    await client.listMcpTools(alice);
    const error = await caught(client.callMcpTool(tool, {}, { ...alice, timeoutMs: 100 }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
    expect(String(error)).toMatch(new RegExp(`${MAY_HAVE_RUN}$`));
  });
});
