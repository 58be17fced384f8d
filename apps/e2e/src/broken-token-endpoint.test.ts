import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import type { Breakage, MockSts } from "@agent-oauth/mock-sts";
import {
  clientCredentialsSource,
  createClientCertificate,
  createTokenEndpoint,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, openAgent, openMock, rejection } from "./agent.test-support.ts";

const ALWAYS = { route: "token", times: Number.POSITIVE_INFINITY } as const;

/** All that can be seen of an error. */
function shown(error: unknown): string {
  return `${inspect(error, { depth: null, showHidden: true })} ${JSON.stringify(error)} ${
    error instanceof Error ? error.stack : ""
  }`;
}

/** A token endpoint whose waits are counted, not waited for. */
async function openEndpoint() {
  const mock = await openMock();
  const waits: number[] = [];
  const endpoint = createTokenEndpoint({
    tokenEndpoint: mock.tokenEndpoint,
    clientId: mock.clientId,
    clientAuthentication: tlsClientAuth(createClientCertificate(mock.clientCertificate)),
    ca: mock.ca,
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
  });
  onTestFinished(() => endpoint.close());
  return { mock, waits, source: clientCredentialsSource(endpoint) };
}

const BREAKAGES: readonly [Breakage, TokenError["code"], boolean][] = [
  ["truncated-json", "ERR_TOKEN_RESPONSE", false],
  ["html", "ERR_TOKEN_RESPONSE", false],
  ["empty", "ERR_TOKEN_RESPONSE", false],
  ["reset-before-headers", "ERR_TOKEN_NETWORK", true],
  ["reset-after-headers", "ERR_TOKEN_NETWORK", true],
];

describe("a broken token endpoint", () => {
  it.each(BREAKAGES)(
    "%s: fails with %s, which shows neither token",
    async (breakage, code, retryable) => {
      const agent = await openAgent();
      const userToken = await agent.signIn("alice");
      // The mock's access tokens all begin alike: whatever part of one comes through holds this.
      const [sentinel = ""] = (await agent.client.getSystemAuth()).token.split(".");
      expect(sentinel.length).toBeGreaterThan(20);
      agent.client.clearTokenCache();
      agent.mock.controls.breakNext(breakage, ALWAYS);
      const calls = [agent.client.getUserAuth(userToken), agent.client.getSystemAuth()];
      for (const error of await Promise.all(calls.map(rejection))) {
        expect(TokenError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({ code, retryable });
        expect(shown(error)).not.toContain(sentinel);
        expect(shown(error)).not.toContain(userToken.slice(0, 40));
      }
      agent.mock.controls.reset();
      agent.advance(30_000);
      expect((await agent.client.getUserAuth(userToken)).tokenType).toBe("Bearer");
    },
  );

  it("may declare its answer as text: what it says is what counts", async () => {
    const agent = await openAgent();
    agent.mock.controls.breakNext("wrong-content-type", { route: "token" });
    expect((await agent.client.getSystemAuth()).tokenType).toBe("Bearer");
    expect(agent.tokenRequests()).toBe(1);
  });

  it.each([
    ["no token", { token_type: "Bearer", id_token: "SENTINEL" }],
    ["a list of tokens", { access_token: ["SENTINEL"], token_type: "Bearer" }],
    ["a token no header can carry", { access_token: "SENTINEL\r\nx: y", token_type: "Bearer" }],
    ["another type of token", { access_token: "SENTINEL", token_type: "mac" }],
    ["a list", [{ access_token: "SENTINEL" }]],
    ["half an answer", '{"access_token":"SENTINEL'],
    [
      "an error that quotes it",
      { error: "invalid_grant", error_description: "SENTINEL", access_token: "SENTINEL" },
    ],
    ["a token for an error code", { error: "SENTINEL" }],
  ])("which answers 200 with %s: a typed error that shows nothing of it", async (_name, body) => {
    const agent = await openAgent();
    agent.mock.controls.failNext({ status: 200, body }, ALWAYS);
    const error = await rejection(agent.client.getSystemAuth());
    expect(TokenError.isInstance(error) && error.code).toMatch(
      /^ERR_TOKEN_(RESPONSE|TYPE_UNSUPPORTED|OAUTH)$/,
    );
    expect(error).toMatchObject({ retryable: false });
    expect(shown(error)).not.toContain("SENTINEL");
    expect(agent.tokenRequests()).toBe(1);
  });

  it.each([
    ["as it is", (userToken: string) => userToken],
    ["in part", (userToken: string) => userToken.slice(5, -5)],
    ["encoded", encodeURIComponent],
  ])("which quotes the user token %s is not quoted itself", async (_name, quoted) => {
    const agent = await openAgent();
    // No JWT, which would be known by its looks.
    const userToken = "opaque/user+token/of=alice";
    const body = { error: "invalid_grant", error_description: `bad ${quoted(userToken)}` };
    agent.mock.controls.failNext({ status: 400, body }, { route: "token" });
    const error = await rejection(agent.client.getUserAuth(userToken));
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_grant" });
    expect(shown(error)).not.toMatch(/token.of.alice|token%2Fof/);
  });

  it("which does not even speak HTTP: a typed error that shows nothing of what it said", async () => {
    const agent = await openAgent();
    const tokenServiceUrl = await openGarbler(agent.mock, "SENTINEL\r\n\r\n");
    const flow = await createCustomerMtlsFlow({
      credentials: { ...agent.mock.credentials(), tokenServiceUrl },
      ca: agent.mock.ca,
    });
    onTestFinished(() => flow.close());
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(/is not HTTP; check host and port/);
    expect(shown(error)).not.toContain("SENTINEL");
    expect(shown(error)).not.toContain(Buffer.from("SENTINEL").toString("hex").slice(0, 8));
  });

  it("which redirects is not followed, nor is the client's proof sent on", async () => {
    const elsewhere = await openMock();
    const agent = await openAgent({ trusts: [elsewhere] });
    const targets = [elsewhere.tokenEndpoint, `${agent.mock.url}/mtls/oauth2/token`];
    for (const location of targets) {
      for (const status of [302, 307, 308]) {
        agent.mock.controls.failNext(
          { status, headers: { location }, body: "" },
          { route: "token" },
        );
        const error = await rejection(agent.client.getUserAuth(await agent.signIn("alice")));
        expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status, retryable: false });
        expect(String(error)).toMatch(/redirects are not followed: give the final URL/);
        agent.advance(5_000);
      }
    }
    expect(elsewhere.recorder.handshakes).toBe(0);
    expect(agent.tokenRequests()).toBe(6);
  });
});

describe("a slow token endpoint", () => {
  it("is given up after timeoutMs, by all who wait, at one request", async () => {
    const agent = await openAgent({ flow: { timeoutMs: 150 } });
    const hold = agent.mock.controls.hold({ route: "token" });
    const calls = atOnce(100, () => rejection(agent.client.getSystemAuth()));
    await hold.arrived();
    for (const error of await calls) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
    }
    expect(agent.tokenRequests()).toBe(1);
    hold.release();
    agent.advance(30_000);
    expect((await agent.client.getSystemAuth()).tokenType).toBe("Bearer");
  });

  it("is waited for by those who have the time, when another caller has given up", async () => {
    const agent = await openAgent();
    const hold = agent.mock.controls.hold({ route: "token" });
    const impatient = new AbortController();
    const given = agent.client.getSystemAuth({ signal: impatient.signal });
    const patient = agent.client.getSystemAuth();
    await hold.arrived();
    const reason = new Error("no time");
    impatient.abort(reason);
    expect(await rejection(given)).toBe(reason);
    hold.release();
    expect((await patient).tokenType).toBe("Bearer");
    expect(agent.tokenRequests()).toBe(1);
  });
});

describe("a token endpoint that is overloaded", () => {
  it("is left alone for as long as it asks", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    agent.mock.controls.failNext(
      { status: 429, headers: { "Retry-After": "60" } },
      { route: "token" },
    );
    const expected = { status: 429, retryable: true };
    const first = await rejection(agent.client.getUserAuth(userToken));
    expect(first).toMatchObject({ ...expected, retryAfterMs: 60_000 });
    const others = await Promise.all(["bob", "carol"].map(agent.signIn));
    for (const user of [userToken, ...others]) {
      const error = await rejection(agent.client.getUserAuth(user));
      expect(error).toMatchObject(expected);
      expect(String(error)).toMatch(/holding back for 60000 ms/);
    }
    agent.advance(59_999);
    await rejection(agent.client.getUserAuth(userToken));
    expect(agent.tokenRequests()).toBe(1);
    agent.advance(1);
    expect((await agent.client.getUserAuth(userToken)).tokenType).toBe("Bearer");
    expect(agent.tokenRequests()).toBe(2);
  });

  it("is asked again after Retry-After", async () => {
    const { mock, waits, source } = await openEndpoint();
    mock.controls.failNext({ status: 429, headers: { "Retry-After": "1" } }, { route: "token" });
    expect((await source.getToken()).tokenType).toBe("Bearer");
    expect(waits).toEqual([1_125]);
    expect(mock.recorder.count({ route: "token" })).toBe(2);
  });

  it("is asked three times at most", async () => {
    const { mock, waits, source } = await openEndpoint();
    mock.controls.failNext({ status: 503 }, ALWAYS);
    expect(await rejection(source.getToken())).toMatchObject({ status: 503, retryable: true });
    expect(mock.recorder.count({ route: "token" })).toBe(3);
    expect(waits).toEqual([125, 250]);
  });

  it.each([500, 502, 503])("recovers from one %i without the caller noticing", async (status) => {
    const { mock, source } = await openEndpoint();
    mock.controls.failNext({ status }, { route: "token" });
    expect((await source.getToken()).tokenType).toBe("Bearer");
    expect(mock.recorder.count({ route: "token" })).toBe(2);
  });

  it("gets no user token twice, as it may have been used up", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    agent.mock.controls.failNext({ status: 503 }, { route: "token" });
    const error = await rejection(agent.client.getUserAuth(userToken));
    expect(error).toMatchObject({ status: 503, retryable: true });
    expect(agent.tokenRequests()).toBe(1);
    agent.advance(250);
    expect((await agent.client.getUserAuth(userToken)).tokenType).toBe("Bearer");
    expect(agent.tokenRequests()).toBe(2);
  });
});

/** Starts a TLS server that answers every request with a text that is no HTTP; returns its token endpoint. */
async function openGarbler(mock: MockSts, text: string): Promise<string> {
  const request = { subject: "CN=localhost", usage: "serverAuth" } as const;
  const { certificate: cert, key } = await mock.issueClientCertificate(request);
  const server = createServer({ cert, key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.end(text));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `https://localhost:${(server.address() as AddressInfo).port}/oauth2/token`;
}
