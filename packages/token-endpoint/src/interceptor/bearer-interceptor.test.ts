import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import {
  cachingTokenSource,
  createAccessToken,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import { Agent, Client, type Dispatcher, FormData, fetch, interceptors, request } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type Answerer,
  authority,
  startTestServer,
  type TestServer,
} from "../server.test-support.ts";
import { bearerInterceptor } from "./bearer-interceptor.ts";

const connect = { ca: authority.certificate };

/** Yields t1, t2, … and writes down what it was asked; cached. */
function countingSource() {
  const asked: { request: TokenRequest | undefined; rejected: string | undefined }[] = [];
  const source = cachingTokenSource({
    identity: undefined,
    async getToken(request?: TokenRequest, options = {}) {
      asked.push({ request, rejected: options.rejected?.token });
      return createAccessToken({ token: `t${asked.length}` });
    },
  });
  return { source, asked };
}

/** Answers with the token and the body, and refuses the tokens in the list. */
const echo =
  (...refused: readonly string[]): Answerer =>
  (response, { headers, form }) => {
    const authorization = headers.authorization ?? "none";
    response.statusCode = refused.includes(authorization) ? 401 : 200;
    response.end(`${authorization} ${form}`);
  };

function bound(server: TestServer, options: object = {}) {
  const { source, asked } = countingSource();
  const origins = [new URL(server.url).origin];
  const agent = new Agent({ connect });
  const dispatcher = agent.compose(bearerInterceptor(source, { origins, ...options }));
  onTestFinished(() => agent.destroy());
  const send = async (init: Partial<Dispatcher.RequestOptions> = {}, url = server.url) => {
    const { statusCode, body } = await request(url, { dispatcher, ...init });
    return [statusCode, await body.text()] as const;
  };
  return { send, asked, agent, dispatcher, source };
}

const authorizations = ({ requests }: TestServer) =>
  requests.map(({ headers }) => headers.authorization);

const form = new FormData();
form.set("field", "value");

describe("bearerInterceptor", () => {
  it("names the server that refused to the source, without its query", async () => {
    const server = await startTestServer(echo("Bearer t1"));
    const options: unknown[] = [];
    const source = {
      identity: undefined,
      async getToken(_: TokenRequest | undefined, asked?: object) {
        options.push(asked);
        return createAccessToken({ token: `t${options.length}` });
      },
    };
    const { origin } = new URL(server.url);
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(bearerInterceptor(source, { origins: [origin] }));
    const { body } = await request(`${origin}//mcp?key=s3ntinel`, { dispatcher });
    await body.dump();
    expect(options).toEqual([
      undefined,
      { rejected: expect.objectContaining({ token: "t1" }), rejectedBy: `${origin}//mcp` },
    ]);
  });

  it("presents the token to the bound origin, in place of any other", async () => {
    const server = await startTestServer(echo());
    const { send, asked } = bound(server, { request: { audience: ["orders"] } });
    const own = "Basic b3du";
    for (const headers of [
      undefined,
      null,
      { Authorization: own, "x-a": "1" },
      { "x-a": ["1", "2"], "x-b": undefined },
      ["authorization", own, "X-A", "1"],
      new Headers({ authorization: own, "x-a": "1" }),
      new Map([["x-a", "1"]]),
    ] as Dispatcher.RequestOptions["headers"][]) {
      expect(await send(headers === undefined ? {} : { headers })).toEqual([200, "Bearer t1 "]);
    }
    expect(server.requests.map(({ headers }) => headers["x-a"])).toEqual([
      undefined,
      undefined,
      "1",
      "1, 2",
      "1",
      "1",
      "1",
    ]);
    expect(asked).toEqual([{ request: { audience: ["orders"] }, rejected: undefined }]);
  });

  it("neither asks for nor presents a token elsewhere, and leaves headers there alone", async () => {
    const [server, other] = [await startTestServer(echo()), await startTestServer(echo())];
    const { send, asked } = bound(server);
    await send({}, other.url);
    await send({ headers: { authorization: "Basic b3du" } }, other.url);
    expect(authorizations(other)).toEqual([undefined, "Basic b3du"]);
    expect(asked).toEqual([]);
  });

  it("looks at the server that the path names, too", async () => {
    const server = await startTestServer(echo());
    const { origin } = new URL(server.url);
    const { dispatcher } = bound(server);
    const answerTo = async (path: string) => {
      const { body } = await dispatcher.request({ origin, path, method: "GET" });
      return body.text();
    };
    expect(await answerTo("https://evil.example/x")).toBe("none ");
    expect(await answerTo("//evil.example/x")).toBe("Bearer t1 ");
    expect(await answerTo(`${origin}/x`)).toBe("Bearer t1 ");
  });

  it("works under a Client, which names no origin in its requests", async () => {
    const server = await startTestServer(echo());
    const { origin } = new URL(server.url);
    const client = new Client(origin, { connect });
    onTestFinished(() => client.destroy());
    const dispatcher = client.compose(
      bearerInterceptor(countingSource().source, { resource: origin }),
    );
    const { body } = await dispatcher.request({ path: "/x", method: "GET" });
    expect(await body.text()).toBe("Bearer t1 ");
  });

  it.each([
    ["no options", {}],
    ["a path", { origins: ["https://a.example/x"] }],
    ["http", { resource: "http://a.example" }],
  ])("refuses %s at once", (_, options) => {
    expect(() => bearerInterceptor(countingSource().source, options)).toThrow(TypeError);
  });

  describe("after a 401", () => {
    it.each([
      ["no body", null, ""],
      ["a string", "a=1", "a=1"],
      ["a Buffer", Buffer.from("a=1"), "a=1"],
      ["a typed array", new TextEncoder().encode("a=1"), "a=1"],
      ["a form", form, "value"],
    ])("sends %s again with another token", async (_, body, text) => {
      const server = await startTestServer(echo("Bearer t1"));
      const { send, asked } = bound(server);
      const [status, answer] = await send({ method: body === null ? "GET" : "POST", body });
      expect([status, decodeURIComponent(answer)]).toEqual([200, expect.stringContaining(text)]);
      expect(authorizations(server)).toEqual(["Bearer t1", "Bearer t2"]);
      expect(asked.map(({ rejected }) => rejected)).toEqual([undefined, "t1"]);
      expect(server.connections).toBe(1);
    });

    it("returns the 401 of a stream, with its body", async () => {
      const server = await startTestServer(echo("Bearer t1"));
      const { send, asked } = bound(server);
      const init = { method: "POST", body: Readable.from(["a=1"]) };
      expect(await send(init)).toEqual([401, "Bearer t1 a=1"]);
      expect([server.requests.length, asked.length]).toEqual([1, 1]);
    });

    it("returns a 401 that came before the whole body was sent", async () => {
      const { certificate: cert, key } = await authority.issue({ usage: "server" });
      const early = createServer({ cert, key }, (_, response) => {
        response.writeHead(401).end("early");
      });
      onTestFinished(() => void early.close().closeAllConnections());
      early.listen(0, "127.0.0.1");
      await once(early, "listening");
      const { port } = early.address() as AddressInfo;
      const answered = Promise.withResolvers<void>();
      const body = (async function* () {
        yield "a";
        await answered.promise;
      })() as unknown as Readable;
      const { source, asked } = countingSource();
      const agent = new Agent({ connect });
      onTestFinished(() => agent.destroy());
      const url = `https://127.0.0.1:${port}/`;
      const dispatcher = agent.compose(bearerInterceptor(source, { resource: url }));
      const answer = await request(url, { dispatcher, method: "POST", body });
      answered.resolve();
      expect([answer.statusCode, await answer.body.text()]).toEqual([401, "early"]);
      expect(asked).toHaveLength(1);
    });

    it("returns a second 401", async () => {
      const server = await startTestServer(echo("Bearer t1", "Bearer t2"));
      const { send, asked } = bound(server);
      expect(await send()).toEqual([401, "Bearer t2 "]);
      expect([server.requests.length, asked.length]).toEqual([2, 2]);
    });

    it("reads no endless refusal to its end", async () => {
      const server = await startTestServer((response, { headers }) => {
        if (headers.authorization === "Bearer t2") return void response.end("ok");
        response.statusCode = 401;
        const write = () => void (response.write("x".repeat(16_384)) && setImmediate(write));
        response.on("drain", write);
        write();
      });
      expect(await bound(server).send()).toEqual([200, "ok"]);
    });

    it("fails with what the source says if no other token can be had", async () => {
      const server = await startTestServer(echo("Bearer t1"));
      const failure = new Error("no more");
      const source = {
        identity: undefined,
        getToken: async (_: unknown, options?: object) => {
          if (options && "rejected" in options) throw failure;
          return createAccessToken({ token: "t1" });
        },
      };
      const agent = new Agent({ connect });
      onTestFinished(() => agent.destroy());
      const dispatcher = agent.compose(bearerInterceptor(source, { resource: server.url }));
      await expect(request(server.url, { dispatcher })).rejects.toBe(failure);
    });

    it.each([403, 404, 429, 503])("asks for no other token after %i", async (status) => {
      const server = await startTestServer((response) => void response.writeHead(status).end("no"));
      const { send, asked } = bound(server);
      expect(await send()).toEqual([status, "no"]);
      expect([server.requests.length, asked.length]).toEqual([1, 1]);
    });
  });

  it("tells of missing scope, and hands the answer on", async () => {
    const challenge = 'Bearer error="insufficient_scope", scope="write"';
    const server = await startTestServer((response) => {
      response.writeHead(403, { "www-authenticate": ["Basic", challenge] }).end("no");
    });
    const onInsufficientScope = vi.fn();
    const { send } = bound(server, { request: { scope: ["read"] }, onInsufficientScope });
    expect(await send()).toEqual([403, "no"]);
    expect(onInsufficientScope.mock.calls).toEqual([
      [
        { error: "insufficient_scope", scope: ["write"], stepUpScope: ["read", "write"] },
        { scope: ["read"] },
      ],
    ]);
  });

  it("hands an answer on while it is still being written", async () => {
    const server = await startTestServer((response) => void response.write("first"));
    const { body } = await request(server.url, { dispatcher: bound(server).dispatcher });
    const [chunk] = await once(body, "data");
    expect(String(chunk)).toBe("first");
    body.destroy();
  });

  it("ends the wait for a token with the signal, and sends nothing", async () => {
    const server = await startTestServer(echo());
    const source = cachingTokenSource({
      identity: undefined,
      getToken: () => new Promise<never>(() => {}),
    });
    onTestFinished(() => source.close());
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(bearerInterceptor(source, { resource: server.url }));
    const abort = new AbortController();
    const call = request(server.url, { dispatcher, signal: abort.signal });
    abort.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(server.requests).toEqual([]);
  });

  describe("while the token is awaited", () => {
    async function awaited(
      init: (server: TestServer) => Partial<Dispatcher.RequestOptions> = () => ({}),
    ) {
      const server = await startTestServer(echo());
      const gate = Promise.withResolvers<void>();
      const source = {
        identity: undefined,
        getToken: () => gate.promise.then(() => createAccessToken({ token: "t1" })),
      };
      const agent = new Agent({ connect });
      onTestFinished(() => agent.destroy());
      const dispatcher = agent.compose(bearerInterceptor(source, { resource: server.url }));
      const options = { path: "/", method: "POST" as const, ...init(server) };
      const origin = new URL(new URL(server.url).origin);
      const call = dispatcher.request({ origin, ...options });
      return { server, call, origin, options, gate };
    }

    it("fails with what the body fails with, and sends nothing", async () => {
      const body = new Readable({ read() {} });
      const { server, call, gate } = await awaited(() => ({ body }));
      const failure = new Error("broken");
      body.destroy(failure);
      await new Promise((closed) => body.on("close", closed)); // `once` would listen for the error.
      gate.resolve();
      await expect(call).rejects.toBe(failure);
      expect(server.requests).toEqual([]);
    });

    it("keeps to the origin and the headers that it was called with", async () => {
      const other = await startTestServer(echo());
      const headers = { "x-user": "alice" };
      const { server, call, gate, origin } = await awaited(() => ({ headers }));
      origin.port = new URL(other.url).port;
      headers["x-user"] = "bob";
      gate.resolve();
      expect(await (await call).body.text()).toBe("Bearer t1 ");
      expect(server.requests.map((seen) => seen.headers["x-user"])).toEqual(["alice"]);
      expect(other.requests).toEqual([]);
    });
  });

  it("fails with TokenError if the token is none that can be presented", async () => {
    const server = await startTestServer(echo());
    const token = createAccessToken({ token: "sentinel", tokenType: "N_A" });
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const source = { identity: undefined, getToken: async () => token };
    const dispatcher = agent.compose(bearerInterceptor(source, { resource: server.url }));
    const error = await request(server.url, { dispatcher }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
    expect(String(error)).not.toContain("sentinel");
    expect(server.requests).toEqual([]);
  });

  it("fails once the agent is closed", async () => {
    const server = await startTestServer(echo());
    const { send, agent } = bound(server);
    await agent.close();
    await expect(send()).rejects.toMatchObject({ code: "UND_ERR_DESTROYED" });
  });

  describe("under undici's fetch", () => {
    it("presents the token and survives a 401 without a body", async () => {
      const server = await startTestServer(echo("Bearer t1"));
      const { dispatcher } = bound(server);
      const answer = await fetch(server.url, { dispatcher });
      expect([answer.status, await answer.text()]).toEqual([200, "Bearer t2 "]);
    });

    it.each([
      ["a string", () => "a=1", "a=1"],
      ["a form", () => form, "value"],
      ["1 MiB", () => Buffer.alloc(1_048_576, "a"), "aaa"],
    ])("survives a 401 with %s", async (_, body, text) => {
      const server = await startTestServer(echo("Bearer t1"));
      const { dispatcher } = bound(server);
      const answer = await fetch(server.url, { dispatcher, method: "POST", body: body() });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(text)]);
      const lengths = server.requests.map(({ headers }) => headers["content-length"]);
      expect(lengths).toEqual([expect.stringMatching(/^\d+$/), lengths[0]]);
    });

    it("returns the 401 of a longer body", async () => {
      const server = await startTestServer(echo("Bearer t1"));
      const { dispatcher } = bound(server);
      const body = Buffer.alloc(1_048_577, "a");
      const answer = await fetch(server.url, { dispatcher, method: "POST", body });
      expect([answer.status, (await answer.text()).slice(0, 11)]).toEqual([401, "Bearer t1 a"]);
      expect(server.requests).toHaveLength(1);
    });

    it("carries no token along a redirect to another origin", async () => {
      const other = await startTestServer(echo());
      const server = await startTestServer((response, { path }) => {
        if (path === "/there") return void response.end("there");
        response.writeHead(302, { location: path === "/near" ? "/there" : other.url }).end();
      });
      const { dispatcher } = bound(server);
      const { origin } = new URL(server.url);
      await (await fetch(`${origin}/near`, { dispatcher })).text();
      await (await fetch(`${origin}/far`, { dispatcher })).text();
      expect(authorizations(server)).toEqual(["Bearer t1", "Bearer t1", "Bearer t1"]);
      expect(authorizations(other)).toEqual([undefined]);
    });

    it("ends with the signal", async () => {
      const server = await startTestServer(() => {});
      const { dispatcher } = bound(server);
      const abort = new AbortController();
      const call = fetch(server.url, { dispatcher, signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(call).rejects.toThrow("enough");
    });
  });

  it.each(["before", "after"])(
    "carries no token to another origin with undici's redirects composed %s it",
    async (order) => {
      const other = await startTestServer(echo());
      const server = await startTestServer((response) => {
        response.writeHead(307, { location: other.url }).end();
      });
      const { source } = countingSource();
      const agent = new Agent({ connect });
      onTestFinished(() => agent.destroy());
      const bearer = bearerInterceptor(source, { resource: server.url });
      const redirect = interceptors.redirect({ maxRedirections: 3 });
      const dispatcher = agent.compose(
        order === "before" ? [redirect, bearer] : [bearer, redirect],
      );
      const { body } = await request(server.url, { dispatcher });
      expect(await body.text()).toBe("none ");
      expect(authorizations(server)).toEqual(["Bearer t1"]);
    },
  );

  it.each([
    [401, "Bearer"],
    [403, 'Bearer error="insufficient_scope"'],
  ])("believes no %i of another origin that undici's redirects lead to", async (status, says) => {
    const other = await startTestServer((response) => {
      response.writeHead(status, { "www-authenticate": says }).end("elsewhere");
    });
    const server = await startTestServer((response, { path }) => {
      response.writeHead(307, { location: path === "/1" ? "/2" : other.url }).end();
    });
    const { source, asked } = countingSource();
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const onInsufficientScope = vi.fn();
    const bearer = bearerInterceptor(source, { resource: server.url, onInsufficientScope });
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 3 }), bearer);
    const answer = await request(new URL("/1", server.url), { dispatcher });
    expect([answer.statusCode, await answer.body.text()]).toEqual([status, "elsewhere"]);
    expect(authorizations(server)).toEqual(["Bearer t1", "Bearer t1"]);
    expect([asked.length, other.requests.length]).toEqual([1, 1]);
    expect(onInsufficientScope).not.toHaveBeenCalled();
  });

  it("renews after a redirect within the origin", async () => {
    const server = await startTestServer((response, { path, headers }) => {
      if (path === "/1") return void response.writeHead(307, { location: "/2" }).end();
      response.statusCode = headers.authorization === "Bearer t1" ? 401 : 200;
      response.end(headers.authorization);
    });
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(
      interceptors.redirect({ maxRedirections: 3 }),
      bearerInterceptor(countingSource().source, { resource: server.url }),
    );
    const { body } = await request(new URL("/1", server.url), { dispatcher });
    expect(await body.text()).toBe("Bearer t2");
  });

  it.each([
    ["/mcp?key=sentinel", "/mcp"],
    ["//evil.example/mcp", "//evil.example/mcp"],
    ["/first", "/second"],
  ])("tells the source which URL refused the token: of %s it is %s", async (path, refused) => {
    const server = await startTestServer((response, { path: asked, headers }) => {
      if (asked === "/first") return void response.writeHead(307, { location: "/second" }).end();
      response.statusCode = headers.authorization === "Bearer t1" ? 401 : 200;
      response.end();
    });
    const rejections: (string | undefined)[] = [];
    const source: TokenSource = {
      identity: undefined,
      async getToken(_, { rejected, rejectedBy } = {}) {
        if (rejected !== undefined) rejections.push(rejectedBy);
        return createAccessToken({ token: rejected === undefined ? "t1" : "t2" });
      },
    };
    const { origin } = new URL(server.url);
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const bearer = bearerInterceptor(source, { origins: [origin] });
    const redirect = interceptors.redirect({ maxRedirections: 3 });
    const dispatcher = agent.compose(path === "/first" ? [redirect, bearer] : [bearer]);
    const { statusCode, body } = await dispatcher.request({ origin, path, method: "GET" });
    await body.dump();
    expect(statusCode).toBe(200);
    expect(rejections).toEqual([origin + refused]);
  });

  it("keeps two users apart 1,000 times, above undici's deduplication and cache too", async () => {
    const server = await startTestServer(echo());
    const agent = new Agent({ connect });
    onTestFinished(() => agent.destroy());
    const users = ["alice", "bob"];
    let turn = 0;
    const source = cachingTokenSource({
      identity: undefined,
      getToken: async ({ subjectToken = "" }: TokenRequest = {}) =>
        createAccessToken({ token: subjectToken }),
    });
    const dispatcher = agent.compose(
      interceptors.cache(),
      interceptors.deduplicate(),
      bearerInterceptor(source, {
        resource: server.url,
        request: () => ({ subjectToken: users[turn++ % 2] ?? "" }),
      }),
    );
    const seen = await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const { body } = await request(server.url, { dispatcher });
        return body.text();
      }),
    );
    expect(seen).toEqual(seen.map((_, i) => `Bearer ${users[i % 2]} `));
  });

  it("makes 1 token request for 200 parallel refusals", async () => {
    const server = await startTestServer(echo());
    const { send, asked } = bound(server);
    await send();
    server.answer = echo("Bearer t1");
    const answers = await Promise.all(Array.from({ length: 200 }, () => send()));
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]));
    expect(asked).toHaveLength(2);
  });
});
