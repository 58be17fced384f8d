import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../../test-support/agent.ts";
import { ControlClient } from "../../../test-support/control-client.ts";
import { type MockSts, startMockSts } from "../../mock-sts.ts";
import { fingerprint } from "../../oauth/fingerprint.ts";
import { settingsSchema } from "../../options/control-settings.ts";
import { recordedRequestSchema } from "../../recording/request-schema.ts";
import { createControlApi } from "./control-api.ts";
import { operation } from "./control-operation.ts";
import {
  clockSchema,
  FAULT_INFO_SCHEMA,
  stateSchema,
  TOKEN_VERDICT_SCHEMA,
} from "./state-schema.ts";

let mock: MockSts;
let agent: TestAgent;
let client: ControlClient;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new TestAgent(mock);
  client = new ControlClient(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await mock.close();
});

/** Reads a response that has exactly what its schema describes. */
function described<S extends z.ZodType>(schema: S, response: unknown): z.output<S> {
  const read = schema.parse(response);
  expect(read).toEqual(response);
  return read;
}

interface RequestList {
  requests: unknown[];
  matching: number;
  lastAnswerId: number;
}
const list = async (query = "") => (await client.get(`/requests${query}`)) as RequestList;

describe("request log", () => {
  it("lists what matches, the newest up to a limit, and not itself", async () => {
    for (let i = 0; i < 3; i++) await agent.requestToken();
    await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "x" });
    const { requests, matching } = await list("?route=token&grant=client_credentials&limit=2");
    expect(matching).toBe(4);
    const shown = requests.map((it) => described(recordedRequestSchema, it));
    expect(shown.map(({ status, error }) => [status, error])).toEqual([
      [200, undefined],
      [400, "invalid_scope"],
    ]);
    expect(shown[0]?.durationMs).toBeGreaterThan(0);
    expect((await list("?status=200&clientId=mock-agent")).matching).toBe(3);
    expect((await list("?subject=nobody")).matching).toBe(0);
    expect((await list(`?sinceId=${shown[0]?.id}`)).matching).toBe(1);
    expect((await list()).matching).toBe(4);
  });

  it("shows one request, and forgets all", async () => {
    await agent.requestToken();
    const id = mock.recorder.requests[0]?.id;
    expect(described(recordedRequestSchema, await client.get(`/requests/${id}`)).id).toBe(id);
    expect((await client.send("DELETE", "/requests")).status).toBe(204);
    expect((await client.send("GET", `/requests/${id}`)).status).toBe(404);
    expect(mock.recorder.count()).toBe(0);
  });

  it("waits for the next matching response, not for earlier ones", async () => {
    await agent.requestToken();
    const { lastAnswerId } = await list();
    const hold = mock.controls.hold({ route: "token" });
    const response = agent.requestToken();
    await hold.arrived();
    const next = client.get(`/requests/next?route=token&sinceAnswerId=${lastAnswerId}`);
    hold.release();
    await response;
    expect(described(recordedRequestSchema, await next)).toMatchObject({
      status: 200,
      answerId: lastAnswerId + 1,
    });
  });

  it("responds with 204 if nothing came in time", async () => {
    await agent.requestToken();
    expect((await client.send("GET", "/requests/next?timeoutMs=0")).status).toBe(204);
  });

  it.each([
    ["/requests?route=tokn", '"route"'],
    ["/requests?rout=token", "rout"],
    ["/requests?limit=0", '"limit"'],
    ["/requests?status=ok", '"status"'],
    ["/requests?route=token&route=jwks", '"route"'],
    ["/requests/next?timeoutMs=-1", '"timeoutMs"'],
  ])("refuses %s and names the parameter", async (path, name) => {
    const { status, body } = await client.send("GET", path);
    expect([status, body]).toMatchObject([400, { error: "invalid_request" }]);
    expect((body as { message: string }).message).toContain(name);
  });
});

describe("event stream", () => {
  it("sends each answered request that matches", async () => {
    const events = await client.events("?status=200");
    await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "x" });
    await agent.requestToken();
    const { event, data = "", id } = await events.next();
    expect(event).toBe("request");
    const request = described(recordedRequestSchema, JSON.parse(data));
    expect(request).toMatchObject({ route: "token", status: 200 });
    expect(id).toBe(String(request.answerId));
    events.close();
  });

  it("goes on after the newest response that a client has", async () => {
    for (let i = 0; i < 3; i++) await agent.requestToken();
    const last = mock.recorder.lastAnswerId;
    const events = await client.events("", { "last-event-id": String(last - 2) });
    expect([(await events.next()).id, (await events.next()).id]).toEqual([
      `${last - 1}`,
      `${last}`,
    ]);
    events.close();
  });

  it("reports that a client changed something", async () => {
    const events = await client.events();
    await client.post("/clock/freeze");
    expect(await events.next()).toEqual({ event: "change", data: "{}" });
    events.close();
  });

  it("lets go of a client that has gone", async () => {
    const events = await client.events();
    await agent.requestToken();
    await events.next();
    events.close();
    await agent.requestToken();
    expect((await list()).matching).toBe(2);
  });
});

describe("clock", () => {
  const move = async (path: string, json?: unknown) =>
    described(clockSchema, await client.post(`/clock${path}`, json));

  it("stands still, moves by the millisecond, and runs on", async () => {
    expect(await move("/freeze", { at: 1_900_000_000_000 })).toMatchObject({ frozen: true });
    expect((await move("/advance", { ms: 1 })).now).toBe(1_900_000_000_001);
    expect(described(clockSchema, await client.get("/clock")).now).toBe(1_900_000_000_001);
    expect(await move("/release")).toMatchObject({ frozen: false });
    expect(mock.controls.clock.now()).toBeGreaterThanOrEqual(1_900_000_000_001);
    expect((await move("/offset", { offsetMs: 0 })).offsetMs).toBe(0);
  });

  it("is what tokens are issued and verified by", async () => {
    mock.controls.tokenLifetimeMs = 60_000;
    const now = Math.ceil(Date.now() / 1000) * 1000;
    await move("/freeze", { at: now });
    const { token } = await agent.requestToken();
    const headers = { Authorization: `Bearer ${token}` };
    const statusAfter = async (ms: number) => {
      await move("/freeze", { at: now + ms });
      return (await agent.postMcp("calendar", headers)).status;
    };
    expect(await statusAfter(59_999)).toBe(200);
    expect(await statusAfter(60_000)).toBe(401);
    const verdict = await client.get(`/tokens/${fingerprint(token)}`);
    expect(verdict).toMatchObject({ expired: true, expiresInMs: 0 });
  });

  it.each([{ ms: "1" }, { ms: 1e15 }, {}, { ms: 1, more: true }])("refuses %j", async (json) => {
    expect((await client.send("POST", "/clock/advance", { json })).status).toBe(400);
  });
});

describe("settings", () => {
  it("change what is named, and are shown", async () => {
    const change = { tokenLifetimeMs: 5_000, quirks: ["casdoor-audience-ignored"] };
    const { body } = await client.send("PATCH", "/settings", { json: change });
    expect(described(settingsSchema, body)).toMatchObject(change);
    expect(mock.controls.tokenLifetimeMs).toBe(5_000);
    expect((await agent.requestToken()).body.expires_in).toBe(5);
    await client.post("/reset");
    expect(await client.get("/settings")).toMatchObject({ tokenLifetimeMs: 3_600_000, quirks: [] });
  });

  it.each([{ tokenLifetimeMs: 1 }, { quirks: ["none-such"] }, { tokenLifetime: 5_000 }])(
    "refuse %j, and say what is wrong",
    async (json) => {
      const { status, body } = await client.send("PATCH", "/settings", { json });
      expect(status).toBe(400);
      expect((body as { message: string }).message).toMatch(/tokenLifetime|quirks/);
    },
  );
});

describe("tokens", () => {
  it("are verified by their fingerprint", async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    const { token } = await agent.requestToken(jwtBearerForm(assertion));
    await agent.postMcp("orders", { Authorization: `Bearer ${token}` });
    const verdict = described(
      TOKEN_VERDICT_SCHEMA,
      await client.get(`/tokens/${fingerprint(token)}`),
    );
    const { clientCertificate } = mock.recorder.requests.at(-1)?.tls ?? {};
    expect(verdict).toMatchObject({
      header: { alg: "ES256", typ: "at+jwt" },
      claims: { sub: "alice" },
      signature: "good",
      expired: false,
      revoked: false,
      binding: { x5tS256: clientCertificate, presentedWith: clientCertificate, matches: true },
      valueKept: false,
    });
  });

  it("show a bad signature, an unknown key, and that they are not a JWT", async () => {
    const { token } = await agent.requestToken();
    const [head, claims, signature = ""] = token.split(".");
    const corrupted = `${head}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    await using other = await startMockSts();
    const foreign = await other.userToken({ sub: "mallory" });
    const signatures = [];
    for (const bearer of [corrupted, foreign, "opaque"]) {
      await agent.postMcp("orders", { Authorization: `Bearer ${bearer}` });
      const response = await client.get(`/tokens/${fingerprint(bearer)}`);
      const verdict = described(TOKEN_VERDICT_SCHEMA, response);
      signatures.push(verdict.signature);
      expect(verdict).not.toHaveProperty("revoked");
    }
    expect(signatures).toEqual(["bad", "unknown-key", "none"]);
    expect((await client.send("GET", `/tokens/${fingerprint("never seen")}`)).status).toBe(404);
  });

  it("name a certificate they are not bound to, and who acts", async () => {
    await using bare = new TestAgent(mock, null);
    const { token } = await agent.requestToken();
    await bare.postMcp("orders", { Authorization: `Bearer ${token}` });
    expect(await client.get(`/tokens/${fingerprint(token)}`)).toMatchObject({
      binding: { matches: false },
      actors: [],
    });
    const act = { sub: "agent", act: { sub: "planner" } };
    const delegated = await mock.userToken({ sub: "alice", claims: { act } });
    await bare.postMcp("orders", { Authorization: `Bearer ${delegated}` });
    expect(await client.get(`/tokens/${fingerprint(delegated)}`)).toMatchObject({
      actors: ["agent", "planner"],
    });
  });

  it.each(["subject", "clientId", "jti", "fingerprint", "all"] as const)(
    "are revoked by %s",
    async (how) => {
      const assertion = await mock.userToken({ sub: `user-of-${how}` });
      const { token } = await agent.requestToken(jwtBearerForm(assertion));
      const { jti } = mock.recorder.requests.at(-1)?.issued?.claims ?? {};
      const target = {
        subject: { subject: `user-of-${how}` },
        clientId: { clientId: "mock-agent" },
        jti: { jti },
        fingerprint: { fingerprint: fingerprint(token) },
        all: { all: true },
      }[how];
      const response = (await client.post("/revoke", target)) as { revoked: number };
      expect(response.revoked).toBeGreaterThanOrEqual(1);
      const headers = { Authorization: `Bearer ${token}` };
      expect((await agent.postMcp("orders", headers)).status).toBe(401);
      expect(await client.get(`/tokens/${fingerprint(token)}`)).toMatchObject({ revoked: true });
    },
  );

  it.each([{}, { all: false }, { subject: "a", jti: "b" }, "all", undefined])(
    "are not revoked by %j",
    async (json) => {
      const { status } = await client.send("POST", "/revoke", json === undefined ? {} : { json });
      expect(status).toBe(400);
    },
  );

  it("stay good when the keys are rotated", async () => {
    const { token } = await agent.requestToken();
    const { kids } = (await client.post("/rotate-keys")) as { kids: string[] };
    const kidOf = () => mock.recorder.requests.at(-1)?.issued?.header?.kid;
    const before = kidOf();
    await agent.requestToken();
    expect(kidOf()).not.toBe(before);
    expect(kids).toEqual(expect.arrayContaining([before, kidOf()]));
    const headers = { Authorization: `Bearer ${token}` };
    expect((await agent.postMcp("calendar", headers)).status).toBe(200);
  });
});

describe("faults and scenarios", () => {
  it("are set, listed and taken back", async () => {
    const fault = {
      match: { route: "token", times: 2 },
      effect: { kind: "status", status: 429, retryAfterSeconds: 3 },
    };
    const set = described(FAULT_INFO_SCHEMA, await client.post("/faults", fault));
    expect(set).toMatchObject({ ...fault, hits: 0 });
    expect((await agent.requestToken()).headers.get("retry-after")).toBe("3");
    expect(await client.get("/faults")).toMatchObject({ faults: [{ id: set.id, hits: 1 }] });
    expect((await client.send("DELETE", `/faults/${set.id}`)).status).toBe(204);
    expect((await client.send("DELETE", `/faults/${set.id}`)).status).toBe(404);
    expect((await agent.requestToken()).status).toBe(200);
    await client.post("/faults", fault);
    expect((await client.send("DELETE", "/faults")).status).toBe(204);
    expect((await agent.requestToken()).status).toBe(200);
  });

  it.each([
    [{ effect: { kind: "explode" } }, "effect.kind"],
    [{ effect: { kind: "delay" } }, "effect.delayMs"],
    [{ effect: { kind: "html" }, match: { rout: "token" } }, "rout"],
    [{ effect: { kind: "html" }, match: { probability: 2 } }, "match.probability"],
    [{ effect: { kind: "status", status: 600 } }, "effect.status"],
    [{ effect: { kind: "status", status: 500, headers: { "a b": "" } } }, "effect.headers.a b"],
    [{ effect: { kind: "status", status: 500, headers: { a: "b\r\nc: d" } } }, "effect.headers.a"],
    [{ effect: { kind: "redirect", location: "https://a\n" } }, "effect.location"],
    [{ effect: { kind: "wrong-content-type", contentType: "\u2028" } }, "effect.contentType"],
    [{ effect: { kind: "tls-refusal" }, match: { route: "token" } }, "match"],
    [{}, "effect"],
  ])("%j is refused, naming %s", async (json, field) => {
    const { status, body } = await client.send("POST", "/faults", { json });
    expect(status).toBe(400);
    expect((body as { message: string }).message).toContain(field);
    expect(mock.controls.listFaults()).toEqual([]);
  });

  it("are applied by name, in place of what was set", async () => {
    await client.post("/faults", { effect: { kind: "html" } });
    await client.post("/scenarios/short-lived-tokens/apply");
    expect((await agent.requestToken()).body.expires_in).toBe(10);
    expect(await client.get("/scenarios")).toMatchObject({ applied: "short-lived-tokens" });
    await client.post("/scenarios/token-endpoints-down/apply");
    await expect(agent.requestToken()).rejects.toThrow(TypeError);
    expect(mock.controls.tokenLifetimeMs).toBe(3_600_000);
    await client.post("/reset");
    expect((await agent.requestToken()).status).toBe(200);
    expect((await client.send("POST", "/scenarios/none/apply")).status).toBe(404);
  });
});

describe("state", () => {
  it("says what there is and what was counted", async () => {
    const { token } = await agent.requestToken();
    const mcp = await agent.connect("orders", token);
    for (let i = 0; i < 4; i++) await mcp.callTool({ name: "echo", arguments: { text: "hi" } });
    await mcp.close();
    await client.post("/faults", { effect: { kind: "html" }, match: { route: "jwks" } });
    const state = described(stateSchema, await client.get("/state"));
    expect(state).toMatchObject({
      url: mock.url,
      gatewayUrl: mock.gatewayUrl,
      counts: { tokenRequests: 1, tokensIssued: 1, toolCalls: 4, tokenRequestsPerToolCall: 0.25 },
      faults: [{ effect: { kind: "html" } }],
      settings: mock.controls.readSettings(),
      recordSecrets: false,
      tokenRequired: false,
    });
    expect(state.issuers.map(({ issuer }) => issuer)).toEqual(
      expect.arrayContaining([mock.issuer, mock.sts.issuer]),
    );
    const urls = state.mcpServers.map(({ url }) => url);
    expect(urls).toEqual(expect.arrayContaining(mock.mcpServers.map(({ url }) => url)));
    expect(urls).toEqual(expect.arrayContaining(mock.sts.mcpServers.map(({ url }) => url)));
  });

  it("drops MCP sessions", async () => {
    const { token } = await agent.requestToken();
    const mcp = await agent.connect("orders", token);
    await client.post("/forget-sessions", { mcpServer: "orders" });
    await expect(mcp.callTool({ name: "echo", arguments: { text: "hi" } })).rejects.toThrow();
    await mcp.close();
    const none = await client.send("POST", "/forget-sessions", { json: { mcpServer: "none" } });
    expect(none.status).toBe(400);
  });
});

describe("paths and methods", () => {
  it("are named when they are wrong", async () => {
    expect((await client.send("GET", "/nothing")).status).toBe(404);
    expect(await client.send("GET", "")).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining("see /__mock/openapi.json") },
    });
    const { status, headers } = await client.send("PUT", "/faults");
    expect([status, headers.allow]).toEqual([405, "GET, POST, DELETE"]);
  });

  it("refuse a body that is not JSON, or that is too long", async () => {
    const headers = { "content-type": "application/json" };
    const send = async (text: string) =>
      (await client.send("POST", "/faults", { headers, text })).status;
    expect(await send("{")).toBe(400);
    expect(await send(`"${"x".repeat(262_144)}"`)).toBe(413);
    expect((await client.send("POST", "/reset", { json: {} })).status).toBe(400);
  });

  it("ends a stream that HEAD has opened", async () => {
    const endings: string[] = [];
    const run = () => new Response(new ReadableStream({ cancel: () => void endings.push("end") }));
    const operations = [
      operation({ id: "watch", method: "get", path: "/watch", summary: "", run }),
    ];
    const api = createControlApi({
      operations,
      adminToken: "",
      isExposed: false,
      onChange: () => {},
    });
    const { status, body } = await api.request("/watch", { method: "HEAD" });
    expect([status, body, endings]).toEqual([200, null, ["end"]]);
  });
});
