import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { fingerprint } from "../oauth/fingerprint.ts";
import type { RequestFilter } from "./request-match.ts";

const secret = "sentinel-secret-value";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [
      { clientId: "poster", authentication: "client_secret_post", clientSecret: secret },
      { clientId: "basic", authentication: "client_secret_basic", clientSecret: secret },
    ],
  });
  agent = new TestAgent(mock);
});
afterEach(() => mock.recorder.clear());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const last = () => mock.recorder.requests.at(-1);

describe("recorder", () => {
  it("keeps what a token request was about", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    const headers = { "X-Correlation-Id": "c-1", "X-Secret": secret };
    const { token } = await agent.requestToken(jwtBearerForm(assertion), { headers });
    expect(last()).toMatchObject({
      listener: "token-server",
      route: "token",
      method: "POST",
      path: "/oauth2/token",
      query: [],
      status: 200,
      grant: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      clientId: "mock-agent",
      form: {
        client_id: "mock-agent",
        token_format: "jwt",
        assertion: `sha256:${fingerprint(assertion)}`,
      },
      assertion: { fingerprint: fingerprint(assertion), claims: { sub: "alice" } },
      issued: { fingerprint: fingerprint(token), claims: { sub: "alice" } },
    });
    expect(last()?.headers).toMatchObject({ "x-correlation-id": "c-1" });
  });

  it("keeps the code and the reason of a refusal, as the client got them", async () => {
    const { body } = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "x" });
    expect(last()).toMatchObject({
      status: 400,
      error: "invalid_scope",
      errorDescription: body.error_description,
    });
    const refused = await agent.postMcp("orders", { Authorization: "Bearer nonsense" });
    const { error, error_description } = (await refused.json()) as Record<string, string>;
    expect(last()).toMatchObject({ status: 401, error, errorDescription: error_description });
    expect(error_description).toMatch(/./);
  });

  it("keeps a reason that the response has no code for", async () => {
    await agent.fetch(`${mock.url}/destination-configuration/v1/subaccountDestinations`);
    expect(last()).toMatchObject({
      status: 401,
      errorDescription: "Unauthorized: no bearer token was sent",
    });
    const { token } = await agent.requestToken();
    const headers = { Authorization: `Bearer ${token}`, "Mcp-Session-Id": "lost" };
    await agent.postMcp("orders", headers);
    expect(last()).toMatchObject({ status: 404, errorDescription: "Session not found" });
    await agent.fetch(mock.tokenEndpoint, { method: "POST", body: "x".repeat(1_100_000) });
    expect(last()).toMatchObject({ status: 413, errorDescription: "the body is too large" });
  });

  it("keeps no reason with a response that is no refusal", async () => {
    await agent.requestToken();
    expect(last()).not.toHaveProperty("errorDescription");
  });

  it("keeps a reason that the response hides, and at most 200 harmless characters", async () => {
    mock.controls.stsQuirks = ["glewlwyd-empty-errors"];
    await agent.fetch(mock.sts.tokenEndpoint, {
      method: "POST",
      body: `${'\u001b"x'.repeat(200)}=1&${'\u001b"x'.repeat(200)}=2`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    mock.controls.stsQuirks = [];
    expect(last()?.errorDescription).toMatch(/^parameter [?x%\w]{190}$/);
  });

  it("keeps the methods and the tool of MCP requests", async () => {
    const { token } = await agent.requestToken();
    const client = await agent.connect("orders", token);
    await client.callTool({ name: "echo", arguments: { text: "hello" } });
    await client.close();
    const { recorder } = mock;
    expect(recorder.count({ mcpServer: "orders", mcpMethod: "initialize" })).toBe(1);
    expect(recorder.count({ mcpMethod: "tools/call", tool: "echo" })).toBe(1);
    expect(recorder.count({ mcpMethod: "tools/call", tool: "whoami" })).toBe(0);
    expect(recorder.count({ mcpServer: "calendar" })).toBe(0);
    expect(recorder.count({ route: "mcp", subject: "mock-agent", mcpMethod: "tools/call" })).toBe(
      1,
    );
    expect(recorder.count({ route: "token" })).toBe(1);
    expect(recorder.count({ listener: "token-server" })).toBe(1);
    expect(recorder.count()).toBe(recorder.requests.length);
  });

  it("matches every field of a filter", async () => {
    await agent.requestToken();
    const facts = {
      listener: "token-server",
      route: "token",
      method: "POST",
      status: 200,
      grant: "client_credentials",
      clientId: "mock-agent",
    } as const;
    expect(mock.recorder.count(facts)).toBe(1);
    // A value that plain JavaScript may pass.
    const unset = { status: undefined } as unknown as RequestFilter;
    expect(mock.recorder.count(unset)).toBe(1);
    const others = {
      listener: "gateway",
      route: "mcp",
      method: "GET",
      status: 400,
      grant: "other",
      clientId: "other",
    } satisfies Record<keyof typeof facts, unknown>;
    for (const [field, other] of Object.entries(others)) {
      expect(mock.recorder.count({ ...facts, [field]: other })).toBe(0);
    }
  });

  it("tells new connections from those that are used again, and counts handshakes", async () => {
    await using fresh = new TestAgent(mock, undefined, { connections: 1 });
    for (let i = 0; i < 3; i++) await fresh.requestToken();
    expect(mock.recorder.requests.map(({ tls }) => tls.newSocket)).toEqual([true, false, false]);
    expect(new Set(mock.recorder.requests.map(({ tls }) => tls.connection)).size).toBe(1);
    expect(mock.recorder.handshakes).toBe(1);
    await using other = new TestAgent(mock);
    await other.requestToken();
    expect(mock.recorder.requests.at(-1)?.tls.newSocket).toBe(true);
    expect(mock.recorder.handshakes).toBe(2);
  });

  it("keeps the thumbprint of the client's certificate", async () => {
    await using bare = new TestAgent(mock, null);
    await agent.requestToken();
    const bound = last();
    expect(bound?.issued?.claims?.cnf).toEqual({ "x5t#S256": bound?.tls.clientCertificate });
    await bare.requestToken();
    expect(last()?.tls.clientCertificate).toBeUndefined();
  });

  it("resolves a wait with requests that are there, and with those to come", async () => {
    const pending = mock.recorder.waitFor({ route: "token" }, 2);
    await agent.requestToken();
    await agent.requestToken();
    expect(await pending).toHaveLength(2);
    expect(await mock.recorder.waitFor({ route: "token" })).toHaveLength(2);
  });

  it("resolves a wait with a response, which comes after the request", async () => {
    const hold = mock.controls.hold({ route: "token" });
    const response = agent.requestToken();
    await hold.arrived();
    const pending = mock.recorder.waitFor({ route: "token", status: 200 });
    hold.release();
    await response;
    expect(await pending).toMatchObject([{ status: 200 }]);
  });

  it("ends a wait by its signal, before and after it began", async () => {
    const reason = new Error("enough");
    const ended = { signal: AbortSignal.abort(reason) };
    await expect(mock.recorder.waitFor({ route: "jwks" }, 1, ended)).rejects.toBe(reason);
    const controller = new AbortController();
    const pending = mock.recorder.waitFor({ route: "jwks" }, 1, { signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  it("calls listeners with each response, until they are removed", async () => {
    const seen: (number | undefined)[] = [];
    const stop = mock.recorder.onAnswer(({ status }) => seen.push(status));
    await agent.requestToken();
    stop();
    await agent.requestToken();
    expect(seen).toEqual([200]);
  });

  it("goes on when a listener throws or rejects", async () => {
    const broken = { throws: 0, rejects: 0 };
    await using mock = await startMockSts({
      async onAnswer() {
        broken.rejects++;
        throw new Error("a listener that rejects");
      },
    });
    mock.recorder.onAnswer(() => {
      broken.throws++;
      throw new Error("a listener that throws");
    });
    await using agent = new TestAgent(mock);
    const { status } = await agent.requestToken();
    expect({ status, ...broken }).toEqual({ status: 200, throws: 1, rejects: 1 });
  });

  it("counts what it no longer keeps", async () => {
    await using small = await startMockSts({ recordLimits: { requests: 2 } });
    await using smallAgent = new TestAgent(small);
    for (let i = 0; i < 5; i++) await smallAgent.requestToken();
    expect(small.recorder.count()).toBe(2);
    expect(small.recorder.totals).toMatchObject({ requests: 5, tokenRequests: 5, tokensIssued: 5 });
    expect(small.recorder.requests.map(({ id }) => id)).toEqual([4, 5]);
  });

  it("keeps no more than it may weigh, whatever is sent", async () => {
    await using small = await startMockSts({ recordLimits: { bytes: 1_000_000 } });
    await using smallAgent = new TestAgent(small);
    const large = { ...CLIENT_CREDENTIALS_FORM, scope: "x".repeat(200_000) };
    for (let i = 0; i < 5; i++) await smallAgent.requestToken(large);
    expect(small.recorder.count()).toBe(2);
    expect(JSON.stringify(small.recorder.requests).length).toBeLessThan(1_000_000);
    for (const claim of ["a", "b", "c", "d"]) {
      const bearer = await small.userToken({ sub: claim, claims: { [claim]: "x".repeat(5_000) } });
      await smallAgent.postMcp("orders", { Authorization: `Bearer ${bearer}` });
    }
    expect(JSON.stringify(small.recorder.requests).length).toBeLessThan(1_000_000);
  });

  it("keeps no secret and no token", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    const { token, body } = await agent.requestToken(jwtBearerForm(assertion));
    const { token: opaque } = await agent.requestToken({
      ...jwtBearerForm(assertion),
      token_format: "opaque",
    });
    const { client_id: _, ...anonymous } = CLIENT_CREDENTIALS_FORM;
    const more = { password: secret, unheard_of: secret, refresh_token: secret };
    await agent.requestToken({ ...anonymous, ...more, client_id: "poster", client_secret: secret });
    const Authorization = `Basic ${Buffer.from(`basic:${secret}`).toString("base64")}`;
    await agent.requestToken(anonymous, { headers: { Authorization } });
    await agent.fetch(`${mock.tokenEndpoint}?client_secret=${secret}`, { method: "POST" });
    for (const bearer of [token, opaque]) {
      const client = await agent.connect("orders", bearer);
      await client.callTool({ name: "mirror", arguments: { password: secret } });
      await client.close();
    }
    expect(mock.recorder.count()).toBeGreaterThan(10);
    const kept = `${JSON.stringify(mock.recorder.requests)}${inspect(mock.recorder, {
      depth: null,
      showHidden: true,
      maxArrayLength: null,
      maxStringLength: null,
      getters: true,
    })}`;
    const encoded = Authorization.slice(6);
    for (const value of [secret, encoded, token, opaque, assertion, String(body.id_token)]) {
      expect(kept).not.toContain(value);
    }
  });
});
