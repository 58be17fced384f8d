import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { Breakage } from "./fault-controls.ts";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new TestAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

/** The raw response of the token endpoint. */
async function raw() {
  const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
  const response = await agent.fetch(mock.tokenEndpoint, { method: "POST", body });
  return { response, text: await response.text() };
}

describe("failNext", () => {
  it("responds to as many requests with a status and headers, and to no more", async () => {
    mock.controls.failNext({ status: 429, headers: { "Retry-After": "7" } }, { times: 2 });
    for (let i = 0; i < 2; i++) {
      const { response } = await raw();
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe("7");
    }
    expect((await raw()).response.status).toBe(200);
    expect(mock.recorder.requests.map(({ fault }) => fault)).toEqual([
      "status-429",
      "status-429",
      undefined,
    ]);
    expect(mock.recorder.requests[0]).not.toHaveProperty("issued");
  });

  it("sends text as it is, and anything else as JSON", async () => {
    mock.controls.failNext({ status: 400, body: "" });
    mock.controls.failNext({ status: 400, body: { error: "invalid_grant" } });
    mock.controls.failNext({ status: 503 });
    expect((await raw()).text).toBe("");
    expect(JSON.parse((await raw()).text)).toEqual({ error: "invalid_grant" });
    expect(JSON.parse((await raw()).text)).toMatchObject({ error: "server_error" });
  });

  it("hits only what matches", async () => {
    const match = { route: "mcp", mcpServer: "calendar", times: Number.POSITIVE_INFINITY } as const;
    mock.controls.failNext({ status: 502 }, match);
    const { token } = await agent.requestToken();
    const headers = { Authorization: `Bearer ${token}` };
    for (let i = 0; i < 3; i++) expect((await agent.postMcp("calendar", headers)).status).toBe(502);
    expect((await agent.postMcp("orders", headers)).status).not.toBe(502);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s times", (times) => {
    expect(() => mock.controls.failNext({ status: 500 }, { times })).toThrow(/"times"/);
  });
});

describe("breakNext", () => {
  const set = (breakage: Breakage) => mock.controls.breakNext(breakage, { route: "token" });
  const whole = '{"access_token":"';

  it("cuts the body off within a complete response", async () => {
    set("truncated-json");
    const { response, text } = await raw();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(text.startsWith(whole)).toBe(true);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(mock.recorder.requests[0]).toHaveProperty("issued");
  });

  it("sends a web page", async () => {
    set("html");
    const { response, text } = await raw();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(text).toMatch(/^<!doctype html>/);
  });

  it("sends nothing", async () => {
    set("empty");
    const { response, text } = await raw();
    expect([response.status, text]).toEqual([200, ""]);
  });

  it("declares another content type", async () => {
    set("wrong-content-type");
    const { response, text } = await raw();
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(text.startsWith(whole)).toBe(true);
  });

  it("ends the connection before a response, and the request has no effect", async () => {
    set("reset-before-headers");
    await expect(raw()).rejects.toThrow(TypeError);
    expect(mock.recorder.requests[0]).toMatchObject({ fault: "reset-before-headers" });
    expect(mock.recorder.requests[0]).not.toHaveProperty("issued");
    expect(mock.recorder.requests[0]).not.toHaveProperty("status");
    expect((await raw()).response.status).toBe(200);
  });

  it("ends the connection within the body, and the request had its effect", async () => {
    set("reset-after-headers");
    const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
    const response = await agent.fetch(mock.tokenEndpoint, { method: "POST", body });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(mock.recorder.requests[0]).toHaveProperty("issued");
  });
});

describe("hold and delayNext", () => {
  it("holds matching requests until released, and lets later ones pass", async () => {
    const hold = mock.controls.hold({ route: "token" });
    const pending = [agent.requestToken(), agent.requestToken()];
    await hold.arrived(2);
    expect(hold.waiting).toBe(2);
    expect(mock.recorder.count({ status: 200 })).toBe(0);
    expect((await agent.fetch(mock.jwksUri)).status).toBe(200);
    hold.release();
    expect((await Promise.all(pending)).map(({ status }) => status)).toEqual([200, 200]);
    expect(hold.waiting).toBe(0);
    expect((await agent.requestToken()).status).toBe(200);
  });

  it("lets go what it holds on reset", async () => {
    const hold = mock.controls.hold();
    const pending = agent.requestToken();
    await hold.arrived();
    mock.controls.reset();
    expect((await pending).status).toBe(200);
  });

  it("responds to a delayed request in the end", async () => {
    mock.controls.delayNext(1, { route: "token" });
    expect((await agent.requestToken()).status).toBe(200);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a delay of %s", (delayMs) => {
    expect(() => mock.controls.delayNext(delayMs)).toThrow(/"delayMs"/);
  });
});

describe("token lifetime and clock", () => {
  it("change the tokens issued from now on", async () => {
    mock.controls.tokenLifetimeMs = 5_000;
    const { body, token } = await agent.requestToken();
    expect(body.expires_in).toBe(5);
    const { iat = 0, exp } = decodeJwt(token);
    expect(exp).toBe(iat + 5);
  });

  it("issue by the moved clock", async () => {
    const before = decodeJwt((await agent.requestToken()).token).iat ?? 0;
    mock.controls.clockOffsetMs = 86_400_000;
    const after = decodeJwt((await agent.requestToken()).token).iat ?? 0;
    expect(after - before).toBeGreaterThanOrEqual(86_400);
    expect(mock.recorder.requests.at(-1)?.at).toBeGreaterThan(Date.now() + 86_000_000);
  });

  it("refuse values out of range", () => {
    for (const value of [0, 999, 43_200_001, 1_000.5, Number.NaN]) {
      expect(() => {
        mock.controls.tokenLifetimeMs = value;
      }).toThrow(/"tokenLifetimeMs"/);
    }
    expect(() => {
      mock.controls.clockOffsetMs = Number.NaN;
    }).toThrow(/"clockOffsetMs"/);
  });
});

describe("reset", () => {
  it("takes everything back", async () => {
    const { controls } = mock;
    controls.tokenLifetimeMs = 5_000;
    controls.clockOffsetMs = 1;
    controls.requireBoundCertificate = true;
    controls.alwaysUnauthorized = true;
    controls.failNext({ status: 500 }, { times: Number.POSITIVE_INFINITY });
    controls.reset();
    expect(controls).toMatchObject({
      tokenLifetimeMs: 3_600_000,
      clockOffsetMs: 0,
      requireBoundCertificate: false,
      alwaysUnauthorized: false,
    });
    expect((await agent.requestToken()).status).toBe(200);
  });
});
