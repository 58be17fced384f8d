import {
  bearerFetch,
  cachingTokenSource,
  createAccessToken,
  type TokenSource,
} from "@agent-oauth/core";
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Agent, Request as UndiciRequest, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { ca, echo, openServer, type RecordingServer } from "./recording-server.test-support.ts";

/** Yields t1, t2, …, cached. */
function countingSource(): TokenSource {
  let made = 0;
  return cachingTokenSource({
    identity: undefined,
    getToken: async () => createAccessToken({ token: `t${++made}` }),
  });
}

/** undici's own fetch, as users hand it over: its types differ from those of Node's. */
function ownFetch(): typeof fetch {
  const dispatcher = new Agent({ connect: { ca } });
  onTestFinished(() => dispatcher.destroy());
  return ((input: never, init: object) =>
    undiciFetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
}

const authorizations = ({ seen }: RecordingServer) =>
  seen.map(({ headers }) => headers.authorization);

const senders: [string, () => typeof fetch | undefined][] = [
  ["Node's fetch", () => undefined],
  ["Node's fetch in a wrapper", () => (input, init) => fetch(input, init)],
  ["undici's fetch", ownFetch],
];
const requests: [string, (url: string, init?: object) => Request][] = [
  ["Node's Request", (url, init) => new Request(url, init)],
  ["undici's Request", (url, init) => new UndiciRequest(url, init) as unknown as Request],
];
const matrix = senders.flatMap(([sender, fetch]) =>
  requests.map(([kind, make]) => ({ sender, fetch, kind, make })),
);

describe("bearerFetch over TLS", () => {
  it.each(matrix)("sends $kind by $sender", async ({ fetch: sender, make }) => {
    const [server, other] = [await openServer(echo("Bearer t1")), await openServer()];
    const send = sender();
    const bound = bearerFetch(countingSource(), {
      origins: [server.origin],
      ...(send && { fetch: send }),
    });
    const headers = { "x-a": "1" };
    const plain = await bound(make(`${server.origin}/a?b`, { headers }));
    expect([plain.status, await plain.text()]).toEqual([200, "Bearer t2 "]);
    const body = "some text";
    const posted = await bound(make(server.origin, { method: "POST", headers, body }));
    expect([posted.status, await posted.text()]).toEqual([200, "Bearer t2 some text"]);
    const elsewhere = await bound(make(other.origin, { method: "PUT", headers, body }));
    expect(await elsewhere.text()).toBe("none some text");
    expect(
      [...server.seen, ...other.seen].map(({ method, path, headers }) => [
        method,
        path,
        headers["x-a"],
      ]),
    ).toEqual([
      ["GET", "/a?b", "1"],
      ["GET", "/a?b", "1"],
      ["POST", "/", "1"],
      ["PUT", "/", "1"],
    ]);
  });

  it.each(matrix)("returns the 401 of $kind with a body by $sender, unread", async (row) => {
    const server = await openServer(echo("Bearer t1"));
    const send = row.fetch();
    const bound = bearerFetch(countingSource(), {
      resource: server.origin,
      ...(send && { fetch: send }),
    });
    const answer = await bound(row.make(server.origin, { method: "POST", body: "x" }));
    expect([answer.status, await answer.text()]).toEqual([401, "Bearer t1 x"]);
    expect(server.seen).toHaveLength(1);
  });

  it.each(matrix)("ends with the signal of $kind by $sender", async ({ fetch: sender, make }) => {
    const server = await openServer(() => {});
    const send = sender();
    const bound = bearerFetch(countingSource(), {
      resource: server.origin,
      ...(send && { fetch: send }),
    });
    const abort = new AbortController();
    const call = bound(make(server.origin, { signal: abort.signal }));
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it.each(senders)("sends the token on no redirect elsewhere, by %s", async (_, sender) => {
    const other = await openServer();
    const server = await openServer((response, { path }) => {
      if (path === "/end") return void response.end("end");
      const location = path === "/near" ? "/end" : other.origin;
      response.writeHead(path === "/found" ? 302 : 307, { location }).end();
    });
    const send = sender();
    const bound = bearerFetch(countingSource(), {
      resource: server.origin,
      ...(send && { fetch: send }),
    });
    const near = await bound(`${server.origin}/near`, { method: "POST", body: "b" });
    expect(await near.text()).toBe("end");
    for (const path of ["/far", "/found"]) {
      const far = await bound(server.origin + path, { method: "POST", body: "b" });
      expect(far.headers.get("location")).toBe(other.origin);
      await far.body?.cancel();
    }
    expect(other.seen).toEqual([]);
    expect(server.seen.map(({ path }) => path)).toEqual(["/near", "/end", "/far", "/found"]);
  });

  it("keeps the token from the host that a hostile server names for its metadata", async () => {
    const evil = await openServer((response) => void response.writeHead(404).end());
    const server = await openServer((response) => {
      const challenge = `Bearer resource_metadata="${evil.origin}/.well-known/oauth-protected-resource", scope="all"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
    });
    const bound = bearerFetch(countingSource(), { resource: server.origin });
    const authProvider: OAuthClientProvider = {
      redirectUrl: "https://agent.example/callback",
      clientMetadata: { redirect_uris: ["https://agent.example/callback"] },
      clientInformation: () => ({ client_id: "agent" }),
      tokens: () => undefined,
      saveTokens: () => {},
      redirectToAuthorization: () => {},
      saveCodeVerifier: () => {},
      codeVerifier: () => "",
    };
    const url = new URL(`${server.origin}/mcp`);
    const transport = new StreamableHTTPClientTransport(url, { fetch: bound, authProvider });
    const client = new Client({ name: "agent", version: "1" });
    await expect(client.connect(transport)).rejects.toThrow();
    expect(evil.seen.length).toBeGreaterThan(0);
    expect(new Set(authorizations(evil))).toEqual(new Set([undefined]));
    expect(JSON.stringify(evil.seen)).not.toMatch(/\bt[12]\b/);
    expect(authorizations(server)).toContain("Bearer t2");
  });

  it("keeps apart two servers with a source each", async () => {
    const servers = [await openServer(), await openServer()];
    const fetches = servers.map(({ origin }, i) =>
      bearerFetch(
        { identity: undefined, getToken: async () => createAccessToken({ token: `of-${i}` }) },
        { resource: origin },
      ),
    );
    for (const bound of fetches) {
      for (const { origin } of servers) await (await bound(origin)).text();
    }
    expect(servers.map(authorizations)).toEqual([
      ["Bearer of-0", undefined],
      [undefined, "Bearer of-1"],
    ]);
  });

  it("presents the token in the header of each request, and nowhere else", async () => {
    const server = await openServer();
    const bound = bearerFetch(
      { identity: undefined, getToken: async () => createAccessToken({ token: "sentinel" }) },
      { resource: server.origin },
    );
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const method = ["GET", "POST", "DELETE"][i % 3] ?? "";
        await (await bound(`${server.origin}/${i}?q=${i}`, { method })).text();
      }),
    );
    expect(server.seen).toHaveLength(20);
    for (const { path, body, headers } of server.seen) {
      const { authorization, ...others } = headers;
      expect(authorization).toBe("Bearer sentinel");
      expect(JSON.stringify([path, body, others])).not.toContain("sentinel");
    }
  });
});
