import { createServer } from "node:tls";
import { TokenError } from "@agent-oauth/core";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import type { Breakage, MockSts } from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { openAgent, openMock, rejection } from "./agent.test-support.ts";
import { shown } from "./secret-traces.test-support.ts";
import { listenUntilTestEnds, serverIdentity } from "./server.test-support.ts";

const ALWAYS = { route: "token", times: Number.POSITIVE_INFINITY } as const;

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

/** Starts a TLS server that answers every request with a text that is no HTTP; returns its token endpoint. */
async function openGarbler(mock: MockSts, text: string): Promise<string> {
  const server = createServer(await serverIdentity(mock), (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.end(text));
  });
  return `https://localhost:${await listenUntilTestEnds(server)}/oauth2/token`;
}
