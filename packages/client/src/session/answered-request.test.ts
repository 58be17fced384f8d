import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import type { Refusal, SeenRequest } from "../mcp-server.test-support.ts";

const alice = { userToken: "alice" };
const ERAS = ["session", "sessionless", "modern"] as const;
const MAY_HAVE_RUN = "; the tool may have run";
const SSE = { "content-type": "text/event-stream" };
const ERROR = { code: -32000, message: "the gateway has no backend" };

const caught = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const idOf = ({ body }: SeenRequest) => (body as { readonly id: number }).id;
const event = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

type Answer = (seen: SeenRequest) => Refusal | undefined;

/** Calls a tool of a server that answers the call as `answer` says. No time limit is set: a wait would be one of a minute. */
async function calling(era: (typeof ERAS)[number], answer: Answer) {
  const server = await serverOf({ era });
  const { client, refs } = clientOf([server]);
  const tool = { name: "echo", server: refs[0] };
  await client.callMcpTool(tool, {}, alice);
  server.take();
  let answers = 1;
  server.behaviour.refuse = (seen) =>
    seen.rpc === "tools/call" && answers-- > 0 ? answer(seen) : undefined;
  const outcome = await caught(client.callMcpTool(tool, {}, alice));
  const requests = server.take();
  return { outcome, requests, server, next: () => client.callMcpTool(tool, {}, alice) };
}

describe("a call whose response can no longer come ends at once, after", () => {
  it.each<[string, Refusal, string, string]>([
    [
      "an empty stream",
      { status: 200, headers: SSE, body: "" },
      "ERR_TOKEN_NETWORK",
      "ended before",
    ],
    [
      "a stream with nothing but a comment",
      { status: 200, headers: SSE, body: ": ping\n\n" },
      "ERR_TOKEN_NETWORK",
      "ended before",
    ],
    [
      "a stream with another response",
      { status: 200, headers: SSE, body: event({ jsonrpc: "2.0", id: 4711, result: {} }) },
      "ERR_TOKEN_NETWORK",
      "ended before",
    ],
    [
      "a stream with what is no message",
      { status: 200, headers: SSE, body: event({ jsonrpc: "1.0", result: {} }) },
      "ERR_TOKEN_RESPONSE",
      "not one to the request",
    ],
    [
      "a stream with what is no JSON",
      { status: 200, headers: SSE, body: "data: {\n\n" },
      "ERR_TOKEN_RESPONSE",
      "not one to the request",
    ],
    [
      "a stream whose type has a parameter",
      { status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" }, body: "" },
      "ERR_TOKEN_NETWORK",
      "ended before",
    ],
    ["a 202", { status: 202, body: "" }, "ERR_TOKEN_RESPONSE", "not one to the request"],
    [
      "a 202 that calls itself a stream",
      { status: 202, headers: SSE, body: "" },
      "ERR_TOKEN_RESPONSE",
      "not one",
    ],
    ["an empty list", { status: 200, body: "[]" }, "ERR_TOKEN_RESPONSE", "not one to the request"],
    [
      "another response",
      { status: 200, body: JSON.stringify({ jsonrpc: "2.0", id: 4711, result: {} }) },
      "ERR_TOKEN_RESPONSE",
      "not one to the request",
    ],
  ])("%s", async (_, refusal, code, reason) => {
    for (const era of ERAS) {
      const { outcome, requests, next } = await calling(era, () => refusal);
      expect(outcome).toMatchObject({ code, retryable: code === "ERR_TOKEN_NETWORK" });
      expect(String(outcome)).toContain(reason);
      expect(String(outcome)).toMatch(new RegExp(`${MAY_HAVE_RUN}$`));
      expect(requests.filter((request) => request === "POST tools/call")).toHaveLength(1);
      expect((await next()).text).toBe("echo {}");
    }
  });

  it("a stream that is cut", async () => {
    const server = await serverOf();
    // A gateway that dies in the middle of a response.
    const gateway = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      if (body.includes('"tools/call"')) {
        response.writeHead(200, SSE);
        response.write(": ping\n\n", () => response.destroy());
        return;
      }
      const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
      const answer = await fetch(server.url, {
        method: request.method ?? "GET",
        headers: headers as Record<string, string>,
        ...(body !== "" && { body }),
      });
      const { "content-length": ____, ...others } = Object.fromEntries(answer.headers);
      response.writeHead(answer.status, others);
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      gateway.closeAllConnections();
      gateway.close();
    });
    const { port } = gateway.address() as AddressInfo;
    const { client } = clientOf([], { allowInsecureHosts: ["127.0.0.1"] });
    const tool = { name: "echo", server: { name: "s", url: `http://127.0.0.1:${port}/mcp` } };
    const error = await caught(client.callMcpTool(tool, {}, alice));
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(String(error)).toMatch(new RegExp(`ended before the result came${MAY_HAVE_RUN}$`));
  });

  it("a list's stream that ends", async () => {
    const server = await serverOf();
    server.behaviour.refuse = ({ rpc }) =>
      rpc === "tools/list" ? { status: 200, headers: SSE, body: "" } : undefined;
    const { client } = clientOf([server]);
    expect(await caught(client.listMcpTools(alice))).toMatchObject({ code: "ERR_TOKEN_NETWORK" });
  });

  it.each(["server/discover", "initialize", "tools/list"])(
    "a stream for %s that says nothing",
    async (rpc) => {
      const server = await serverOf();
      server.behaviour.refuse = (seen) =>
        seen.rpc === rpc ? { status: 200, headers: SSE, body: ": ping\n\n" } : undefined;
      const { client } = clientOf([server]);
      expect(await caught(client.listMcpTools(alice))).toMatchObject({ code: "ERR_TOKEN_NETWORK" });
    },
  );
});

describe("a JSON-RPC error that is the sole answer to a request", () => {
  const forms: readonly [string, (message: object) => Refusal][] = [
    ["JSON", (message) => ({ status: 200, body: JSON.stringify(message) })],
    ["a list", (message) => ({ status: 200, body: JSON.stringify([message]) })],
    ["a stream", (message) => ({ status: 200, headers: SSE, body: event(message) })],
    ["HTTP 400", (message) => ({ status: 400, body: JSON.stringify(message) })],
    ["HTTP 500", (message) => ({ status: 500, body: JSON.stringify(message) })],
    ["a list under HTTP 500", (message) => ({ status: 500, body: JSON.stringify([message]) })],
    [
      "a stream under HTTP 500",
      (message) => ({ status: 500, headers: SSE, body: `: hello\r\n\r\n${event(message)}` }),
    ],
    [
      "an event named error",
      (message) => ({
        status: 200,
        headers: SSE,
        body: `event: error\ndata: ${JSON.stringify(message)}\n\n`,
      }),
    ],
  ];
  for (const [form, answer] of forms) {
    it.each([
      ["has no id", {}],
      ["has null for its id", { id: null }],
      ["has the id of the request", "own id"],
    ])(`in ${form} keeps code and message if it %s`, async (_, id) => {
      for (const era of ERAS) {
        const { outcome, requests } = await calling(era, (seen) => {
          const given = id === "own id" ? { id: idOf(seen) } : Object(id);
          return answer({ jsonrpc: "2.0", ...given, error: ERROR });
        });
        expect(outcome).toMatchObject(ERROR);
        expect(outcome).toBeInstanceOf(Error);
        expect(requests.filter((request) => request === "POST tools/call")).toHaveLength(1);
      }
    });
  }
});

describe("a JSON-RPC error under a status", () => {
  it.each([400, 403, 500])(
    "%i has a cause that tells that the tool may have run",
    async (status) => {
      const { outcome } = await calling("session", () => ({
        status,
        body: JSON.stringify({ jsonrpc: "2.0", error: ERROR }),
      }));
      expect(outcome).toMatchObject({ ...ERROR, cause: { code: "ERR_TOKEN_HTTP", status } });
      expect(String((outcome as Error).cause)).toMatch(new RegExp(`${status}${MAY_HAVE_RUN}$`));
    },
  );
});

describe("a JSON-RPC error without an id that another response follows", () => {
  const result = { content: [{ type: "text", text: "done" }] };
  it.each<[string, (messages: readonly object[]) => Refusal]>([
    ["a stream", (messages) => ({ status: 200, headers: SSE, body: messages.map(event).join("") })],
    ["a list", (messages) => ({ status: 200, body: JSON.stringify(messages) })],
  ])("in %s does not hide it", async (_, answer) => {
    for (const era of ERAS) {
      for (const id of [{}, { id: null }]) {
        const error = { jsonrpc: "2.0", ...id, error: ERROR };
        const extra = era === "modern" ? { resultType: "complete" } : {};
        const { outcome } = await calling(era, (seen) =>
          answer([error, { jsonrpc: "2.0", id: idOf(seen), result: { ...result, ...extra } }]),
        );
        expect(outcome).toBeUndefined();
      }
    }
  });
});

describe("a JSON-RPC error without an id, to the question for the revision", () => {
  it.each([
    ["a stream", { headers: SSE, body: event({ jsonrpc: "2.0", id: null, error: ERROR }) }],
    ["another stream", { headers: SSE, body: event({ jsonrpc: "2.0", error: ERROR }) }],
    ["JSON", { body: JSON.stringify({ jsonrpc: "2.0", error: ERROR }) }],
  ])("in %s has the client ask as before 2026", async (_, answer) => {
    const server = await serverOf();
    server.behaviour.refuse = ({ rpc }) =>
      rpc === "server/discover" ? { status: 200, ...answer } : undefined;
    const { client, refs } = clientOf([server]);
    const { text } = await client.callMcpTool({ name: "echo", server: refs[0] }, {}, alice);
    expect(text).toBe("echo {}");
  });
});

describe("a stream that can be resumed", () => {
  const PRIMING = "id: e1\nretry: 1\ndata:\n\n";

  it("is resumed, also if it ends twice without an event in between", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    const tool = { name: "echo", server: refs[0] };
    let id = 0;
    let gets = 0;
    server.behaviour.refuse = (seen) => {
      if (seen.rpc === "tools/call") id = idOf(seen);
      if (seen.rpc === "tools/call") return { status: 200, headers: SSE, body: PRIMING };
      if (seen.http !== "GET") return undefined;
      const result = { content: [{ type: "text", text: "late" }] };
      const body = ++gets < 3 ? ": nothing yet\n\n" : event({ jsonrpc: "2.0", id, result });
      return { status: 200, headers: SSE, body };
    };
    expect((await client.callMcpTool(tool, {}, alice)).text).toBe("late");
    expect(gets).toBe(3);
  });

  it.each(["text/html", "application/json"])(
    "ends its call at once if it is resumed with %s",
    async (type) => {
      const server = await serverOf();
      const { client, refs } = clientOf([server]);
      server.behaviour.refuse = ({ rpc, http }) => {
        if (rpc === "tools/call") return { status: 200, headers: SSE, body: PRIMING };
        return http === "GET"
          ? { status: 200, headers: { "content-type": type }, body: "{}" }
          : undefined;
      };
      const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, alice));
      expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK" });
      expect(server.take().filter((request) => request === "GET")).toHaveLength(1);
    },
  );

  it("is resumed at a bounded pace", async () => {
    const server = await serverOf();
    const { client, refs } = clientOf([server]);
    server.behaviour.refuse = ({ rpc, http }) => {
      if (rpc !== "tools/call" && http !== "GET") return undefined;
      return { status: 200, headers: SSE, body: PRIMING };
    };
    const options = { ...alice, timeoutMs: 500 };
    const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, options));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    expect(server.take().filter((request) => request === "GET").length).toBeLessThan(10);
  });

  it.each([400, 401, 403, 404, 405, 410])(
    "ends its call at once if the server answers %i to that",
    async (status) => {
      const server = await serverOf();
      const { client, refs } = clientOf([server]);
      server.behaviour.refuse = ({ http, rpc }) => {
        if (rpc === "tools/call") return { status: 200, headers: SSE, body: PRIMING };
        return http === "GET" ? status : undefined;
      };
      const error = await caught(client.callMcpTool({ name: "t", server: refs[0] }, {}, alice));
      expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK" });
      const gets = server.take().filter((request) => request === "GET");
      // After a 401 with another token.
      expect(gets).toHaveLength(status === 401 ? 2 : 1);
    },
  );
});
