import { Readable } from "node:stream";
import { inspect } from "node:util";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { type AccessToken, createAccessToken } from "../token/access-token.ts";
import type { GetTokenOptions, TokenRequest } from "../token/token-source.ts";
import { bearerFetch } from "./bearer-fetch.ts";
import { recordingFetch } from "./recording-fetch.test-support.ts";

const resource = "https://mcp.example/mcp";

/** Yields t1, t2, … and writes down what it was asked. */
function countingSource(
  token: (n: number) => AccessToken = (n) => createAccessToken({ token: `t${n}` }),
) {
  const asked: { request: TokenRequest | undefined; options: GetTokenOptions | undefined }[] = [];
  return {
    asked,
    identity: undefined,
    getToken(request?: TokenRequest, options?: GetTokenOptions) {
      asked.push({ request, options });
      return Promise.resolve(token(asked.length));
    },
  };
}

const refused = () => new Response("refused", { status: 401 });
const redirectTo = (location: string, status = 307) =>
  new Response(null, { status, headers: { location } });

describe("bearerFetch", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("fits wherever a fetch is wanted", () => {
    expectTypeOf(bearerFetch(countingSource(), { resource })).toEqualTypeOf<
      typeof globalThis.fetch
    >();
  });

  it("presents the token to the origin of the resource, whatever the kind of input", async () => {
    const { fetch, sent } = recordingFetch();
    const bound = bearerFetch(countingSource(), { resource, fetch });
    await bound("https://mcp.example/other?x=1");
    await bound(new URL(resource));
    await bound(new Request(resource, { method: "POST", body: "{}" }));
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      "Bearer t1",
      "Bearer t2",
      "Bearer t3",
    ]);
    expect(sent[2]).toMatchObject({ method: "POST", body: "{}" });
  });

  it.each([
    "https://evil.example/mcp",
    "https://mcp.example:8443/mcp",
    "http://mcp.example/mcp",
    "https://mcp.example.evil.example/mcp",
  ])("neither asks for nor presents a token at %s", async (url) => {
    const { fetch, sent } = recordingFetch();
    const source = countingSource();
    await bearerFetch(source, { resource, fetch })(url);
    expect(sent).toMatchObject([{ url, authorization: null }]);
    expect(source.asked).toEqual([]);
  });

  it.each([
    ["a relative URL", "/mcp", [], '"resource" must be an absolute URL'],
    ["http", "http://mcp.example/mcp", [], '"allowInsecureHosts" must name "mcp.example"'],
    ["http on loopback", "http://127.0.0.1:1/", [], '"127.0.0.1:1"'],
    ["http on another port than allowed", "http://127.0.0.1:1/", ["127.0.0.1:2"], "must be https"],
    ["another scheme", "ftp://a.example/", ["a.example"], "must be https"],
  ])("refuses %s as its resource", (_, url, allowInsecureHosts, message) => {
    const bind = () => bearerFetch(countingSource(), { resource: url, allowInsecureHosts });
    expect(bind).toThrow(TypeError);
    expect(bind).toThrow(message);
  });

  it.each([
    ["127.0.0.1:1", "127.0.0.1"],
    ["127.0.0.1:1", "127.0.0.1:1"],
    ["127.0.0.1", "127.0.0.1:80"],
    ["[::1]:1", "[::1]"],
  ])("speaks http to %s where %s is allowed by name", async (host, allowed) => {
    const { fetch, sent } = recordingFetch();
    const options = { resource: `http://${host}/`, allowInsecureHosts: [allowed], fetch };
    await bearerFetch(countingSource(), options)(`http://${host}/x`);
    expect(sent[0]?.authorization).toBe("Bearer t1");
  });

  it("sends the token to the URL it judged, whatever becomes of the caller's object", async () => {
    const { fetch, sent } = recordingFetch();
    const url = new URL(resource);
    const call = bearerFetch(countingSource(), { resource, fetch })(url);
    url.host = "evil.example";
    await call;
    expect(sent).toMatchObject([{ url: resource, authorization: "Bearer t1" }]);
  });

  it("sends what the call was made with, whatever becomes of the caller's objects", async () => {
    const sent: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      sent.push(`${request.method} ${request.headers.get("x-user")} ${await request.text()}`);
      return new Response("ok");
    };
    const headers = new Headers({ "x-user": "alice" });
    const init = { method: "PUT", headers, body: "of alice" };
    const call = bearerFetch(countingSource(), { resource, fetch })(resource, init);
    headers.set("x-user", "bob");
    init.body = "of bob";
    await call;
    expect(sent).toEqual(["PUT alice of alice"]);
  });

  it("fails with what the body fails with while the token is awaited", async () => {
    const body = new Readable({ read() {} });
    const gate = Promise.withResolvers<AccessToken>();
    const source = { identity: undefined, getToken: () => gate.promise };
    const init = { method: "POST", body: body as AsyncIterable<Uint8Array>, duplex: "half" };
    const { fetch, sent } = recordingFetch();
    const call = bearerFetch(source, { resource, fetch })(resource, init as RequestInit);
    const failure = new Error("broken");
    body.destroy(failure);
    await new Promise((closed) => body.on("close", closed));
    gate.resolve(createAccessToken({ token: "t1" }));
    await expect(call).rejects.toBe(failure);
    expect(sent).toEqual([]);
  });

  it("takes a Request in the place of the options, as fetch does", async () => {
    const { fetch, sent } = recordingFetch();
    const options = new Request("https://other.example/", { method: "PUT", body: "{}" });
    await bearerFetch(countingSource(), { resource, fetch })(resource, options);
    expect(sent).toMatchObject([{ url: resource, method: "PUT", body: "{}" }]);
  });

  it("ends the wait for the request function with the signal", async () => {
    const request = () => new Promise<never>(() => {});
    const { fetch, sent } = recordingFetch();
    const abort = new AbortController();
    const { signal } = abort;
    const call = bearerFetch(countingSource(), { resource, fetch, request })(resource, { signal });
    abort.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(sent).toEqual([]);
  });

  it("asks for nothing if the request function returns a token in place of a request", async () => {
    const source = countingSource();
    const { fetch, sent } = recordingFetch();
    const request = (() => "s3ntinel") as never;
    const call = bearerFetch(source, { resource, fetch, request })(resource);
    await expect(call).rejects.toThrow(
      /^Cannot request a token: the request must be an object.*, not a string; .*"request" returned$/,
    );
    expect([...sent, ...source.asked]).toEqual([]);
  });

  it.each<[unknown, string]>([
    [undefined, "ERR_TOKEN_SUBJECT_REQUIRED"],
    [null, "ERR_TOKEN_SUBJECT_REQUIRED"],
    [{ subjectToken: undefined }, "ERR_TOKEN_SUBJECT_REQUIRED"],
    [{ subjectToken: null }, "ERR_TOKEN_SUBJECT_REQUIRED"],
    [{ subjectToken: "" }, "ERR_TOKEN_SUBJECT_REQUIRED"],
    [{ subjectToken: "Bearer " }, "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["s3ntinel", "ERR_TOKEN_PROVIDER"],
    [7, "ERR_TOKEN_PROVIDER"],
    [() => ({}), "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: 7 }, "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: Promise.resolve("s3ntinel") }, "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: "alice", tenant: " " }, "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: "alice", principal: null }, "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: "alice", audience: "one" }, "ERR_TOKEN_PROVIDER"],
    [{ subjectToken: "alice", audiance: ["one"] }, "ERR_TOKEN_PROVIDER"],
  ])("fails with a code if the request function returns %j: %s", async (returned, code) => {
    const source = countingSource();
    const { fetch, sent } = recordingFetch();
    for (const request of [() => returned, async () => returned]) {
      const call = bearerFetch(source, { resource, fetch, request: request as never })(resource);
      const error: unknown = await call.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "TokenError", code, retryable: false });
      expect(String(error)).toContain('"request"');
      expect(String(error)).not.toContain("s3ntinel");
    }
    expect([...sent, ...source.asked]).toEqual([]);
  });

  it("asks the request function at each call", async () => {
    const source = countingSource();
    const users = ["alice", "bob"];
    const bound = bearerFetch(source, {
      resource,
      fetch: recordingFetch().fetch,
      request: async () => ({ subjectToken: users.shift() ?? "" }),
    });
    await bound(resource);
    await bound(resource);
    expect(source.asked.map(({ request }) => request)).toEqual([
      { subjectToken: "alice" },
      { subjectToken: "bob" },
    ]);
  });

  it("asks for nothing and sends nothing if the request function returns none", async () => {
    const { fetch, sent } = recordingFetch();
    const source = countingSource();
    const request = () => undefined as never;
    const call = bearerFetch(source, { resource, fetch, request })(resource);
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_SUBJECT_REQUIRED" });
    expect([source.asked, sent]).toEqual([[], []]);
  });

  it("passes the signal of the call to the source and to fetch", async () => {
    const source = countingSource();
    const signals: unknown[] = [];
    const bound = bearerFetch(source, {
      resource,
      fetch: async (_, init) => {
        signals.push(init?.signal);
        return new Response();
      },
    });
    const { signal } = new AbortController();
    await bound(resource, { signal });
    expect(source.asked[0]?.options?.signal).toBe(signal);
    expect(signals).toEqual([signal]);
  });

  it("reads globalThis.fetch at the call", async () => {
    const bound = bearerFetch(countingSource(), { resource });
    const { fetch, sent } = recordingFetch();
    vi.stubGlobal("fetch", fetch);
    await bound(resource);
    expect(sent).toHaveLength(1);
  });

  it("leaves shared headers as they are", async () => {
    const shared = new Headers({ "x-a": "1" });
    const record = { "X-B": "2" };
    const bound = bearerFetch(countingSource(), { resource, fetch: recordingFetch().fetch });
    await Promise.all([bound(resource, { headers: shared }), bound(resource, { headers: record })]);
    expect([...shared]).toEqual([["x-a", "1"]]);
    expect(record).toEqual({ "X-B": "2" });
  });

  describe("after a 401", () => {
    const bodies: readonly [string, RequestInit["body"] | null, string][] = [
      ["no body", null, ""],
      ["a string", "text", "text"],
      ["URLSearchParams", new URLSearchParams({ a: "1" }), "a=1"],
      ["an ArrayBuffer", new TextEncoder().encode("bytes").buffer, "bytes"],
      ["a typed array", new TextEncoder().encode("bytes"), "bytes"],
      ["a Blob", new Blob(["blob"]), "blob"],
    ];
    it.each(bodies)("sends %s again with another token", async (_, body, text) => {
      const { fetch, sent } = recordingFetch(refused(), new Response("ok"));
      const source = countingSource();
      const method = body === null ? "GET" : "POST";
      const answer = await bearerFetch(source, { resource, fetch })(resource, {
        method,
        ...(body && { body }),
      });
      expect(await answer.text()).toBe("ok");
      expect(sent).toMatchObject([
        { authorization: "Bearer t1", method, body: text },
        { authorization: "Bearer t2", method, body: text },
      ]);
      expect(source.asked[1]?.options?.rejected?.token).toBe("t1");
    });

    it("sends a form again", async () => {
      const { fetch, sent } = recordingFetch(refused(), new Response("ok"));
      const body = new FormData();
      body.set("field", "value");
      await bearerFetch(countingSource(), { resource, fetch })(resource, { method: "POST", body });
      expect(sent[1]?.body).toContain("value");
    });

    it.each([
      [
        "a stream",
        () => [resource, { method: "POST", body: new Blob(["x"]).stream(), duplex: "half" }],
      ],
      ["a Request with a body", () => [new Request(resource, { method: "POST", body: "x" })]],
    ] as [string, () => Parameters<typeof globalThis.fetch>][])(
      "returns the 401 of %s, unread",
      async (_, call) => {
        const { fetch, sent } = recordingFetch(refused());
        const source = countingSource();
        const answer = await bearerFetch(source, { resource, fetch })(...call());
        expect(answer.status).toBe(401);
        expect(await answer.text()).toBe("refused");
        expect(sent).toHaveLength(1);
        expect(source.asked).toHaveLength(1);
      },
    );

    it("sends a Request without a body again", async () => {
      const { fetch, sent } = recordingFetch(refused(), new Response("ok"));
      const request = new Request(resource, { headers: { "x-a": "1" } });
      expect((await bearerFetch(countingSource(), { resource, fetch })(request)).status).toBe(200);
      expect(sent).toHaveLength(2);
    });

    it("cancels the refused answer before it sends again", async () => {
      const order: string[] = [];
      const body = new ReadableStream({ cancel: () => void order.push("cancelled") });
      const answers = [new Response(body, { status: 401 }), new Response("ok")];
      const fetch = async () => {
        order.push("sent");
        return answers.shift() ?? new Response();
      };
      await bearerFetch(countingSource(), { resource, fetch })(resource);
      expect(order).toEqual(["sent", "cancelled", "sent"]);
    });

    it("returns a second 401", async () => {
      const { fetch, sent } = recordingFetch(refused(), new Response("again", { status: 401 }));
      const source = countingSource();
      const answer = await bearerFetch(source, { resource, fetch })(resource);
      expect([answer.status, await answer.text()]).toEqual([401, "again"]);
      expect([sent.length, source.asked.length]).toEqual([2, 2]);
    });

    it("rejects with what the source says if no other token can be had", async () => {
      const cancelled = vi.fn();
      const body = new ReadableStream({ cancel: cancelled });
      const { fetch } = recordingFetch(new Response(body, { status: 401 }));
      const rejected = new TokenError("ERR_TOKEN_REJECTED", "Cannot get another token");
      const source = countingSource((n) => {
        if (n > 1) throw rejected;
        return createAccessToken({ token: "t1" });
      });
      const lazy = {
        identity: undefined,
        getToken: async (...args: [TokenRequest?, GetTokenOptions?]) => source.getToken(...args),
      };
      await expect(bearerFetch(lazy, { resource, fetch })(resource)).rejects.toBe(rejected);
      expect(cancelled).toHaveBeenCalledOnce();
    });
  });

  it.each([403, 404, 429, 500, 503])("asks for no other token after %i", async (status) => {
    const { fetch, sent } = recordingFetch(new Response(null, { status }));
    const source = countingSource();
    expect((await bearerFetch(source, { resource, fetch })(resource)).status).toBe(status);
    expect([sent.length, source.asked.length]).toEqual([1, 1]);
  });

  describe("at a redirect", () => {
    const bind = (...answers: Response[]) => {
      const { fetch, sent } = recordingFetch(...answers);
      return { bound: bearerFetch(countingSource(), { resource, fetch }), sent };
    };

    it("follows it within the origin if the method stays", async () => {
      const { bound, sent } = bind(redirectTo("/mcp/"), redirectTo("/v2", 308), new Response("ok"));
      expect((await bound(resource, { method: "POST", body: "b" })).status).toBe(200);
      expect(sent).toEqual([
        {
          url: resource,
          method: "POST",
          authorization: "Bearer t1",
          redirect: "manual",
          body: "b",
        },
        {
          url: `${resource}/`,
          method: "POST",
          authorization: "Bearer t1",
          redirect: "manual",
          body: "b",
        },
        {
          url: "https://mcp.example/v2",
          method: "POST",
          authorization: "Bearer t1",
          redirect: "manual",
          body: "b",
        },
      ]);
    });

    it("follows a GET, also one given as a Request", async () => {
      const { bound, sent } = bind(redirectTo("/elsewhere", 302), new Response("ok"));
      expect((await bound(new Request(resource))).status).toBe(200);
      expect(sent[1]).toMatchObject({ url: "https://mcp.example/elsewhere", method: "GET" });
    });

    it.each([
      ["to another host", "https://evil.example/", 307],
      ["to another port", "https://mcp.example:8443/", 307],
      ["to plain http", "http://mcp.example/", 307],
      ["that would turn a POST into a GET", "/other", 302],
      ["to nowhere", "https://", 307],
    ])("returns one %s", async (_, location, status) => {
      const { bound, sent } = bind(redirectTo(location, status));
      expect((await bound(resource, { method: "POST", body: "b" })).status).toBe(status);
      expect(sent).toHaveLength(1);
    });

    it("gives up after five", async () => {
      const { bound, sent } = bind(...Array.from({ length: 9 }, () => redirectTo("/loop")));
      expect((await bound(resource)).status).toBe(307);
      expect(sent).toHaveLength(6);
    });

    it.each(["manual", "error"] as const)(
      "leaves it to a caller that says %s",
      async (redirect) => {
        const { bound, sent } = bind(redirectTo("/mcp/"));
        expect((await bound(resource, { redirect })).status).toBe(307);
        expect(sent).toMatchObject([{ redirect }]);
      },
    );
  });

  it.each([
    ["is no bearer token", "N_A", "sentinel", "ERR_TOKEN_TYPE_UNSUPPORTED"],
    ["fits no header", "Bearer", "sentinel\u{1f512}", "ERR_TOKEN_RESPONSE"],
  ] as const)("sends nothing if the token %s", async (_, tokenType, token, code) => {
    const { fetch, sent } = recordingFetch();
    const source = countingSource(() => createAccessToken({ token, tokenType }));
    const error = await bearerFetch(source, { resource, fetch })(resource).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, retryable: false });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("sentinel");
    expect(sent).toEqual([]);
  });
});
