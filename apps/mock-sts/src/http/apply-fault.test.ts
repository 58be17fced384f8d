import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { ControlClient } from "../../test-support/control-client.ts";
import type { FaultSpec } from "../faults/fault-schema.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

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

/** Sets a fault over HTTP, as a test in another language would. */
const set = (effect: FaultSpec["effect"], match: FaultSpec["match"] = { route: "token" }) =>
  client.post("/faults", { match, effect });

async function ask(from: TestAgent = agent) {
  const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
  const response = await from.fetch(mock.tokenEndpoint, { method: "POST", body });
  return { response, status: response.status, headers: response.headers };
}

const askText = async () => {
  const { response, ...rest } = await ask();
  return { ...rest, text: await response.text() };
};

/** Error code of undici. */
async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason as { cause?: { code?: string } },
  );
  return error?.cause?.code;
}

describe("status", () => {
  const now = Date.UTC(2026, 10, 25, 12);
  it.each([
    [3, undefined, "3"],
    [0, "seconds", "0"],
    [-5, "seconds", "-5"],
    [31_536_000_000, "seconds", "31536000000"],
    [60, "http-date", "Wed, 25 Nov 2026 12:01:00 GMT"],
    [-60, "http-date", "Wed, 25 Nov 2026 11:59:00 GMT"],
    [9_007_199_254_740_991, "http-date", "Sat, 13 Sep 275760 00:00:00 GMT"],
    [31_536_000_000, "http-date", "Tue, 28 Mar 3026 12:00:00 GMT"],
  ] as const)("sends Retry-After %s as %s: %s", async (retryAfterSeconds, form, expected) => {
    mock.controls.clock.freeze(now);
    const retryAfterForm = form === undefined ? {} : { retryAfterForm: form };
    await set({ kind: "status", status: 429, retryAfterSeconds, ...retryAfterForm });
    const { status, headers } = await ask();
    expect([status, headers.get("retry-after")]).toEqual([429, expected]);
  });

  it("sends none unless asked", async () => {
    await set({ kind: "status", status: 503, body: { error: "temporarily_unavailable" } });
    const { status, headers, text } = await askText();
    expect([status, headers.has("retry-after")]).toEqual([503, false]);
    expect(JSON.parse(text)).toEqual({ error: "temporarily_unavailable" });
  });

  it("may be one that has no body", async () => {
    await set({ kind: "status", status: 204 });
    expect(await askText()).toMatchObject({ status: 204, text: "" });
  });
});

describe("responses in another form", () => {
  it("slow-body sends the whole body in pieces", async () => {
    await set({ kind: "slow-body", chunkBytes: 7, intervalMs: 0 });
    const { response, headers } = await ask();
    expect(headers.get("transfer-encoding")).toBe("chunked");
    const sizes: number[] = [];
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of response.body ?? []) {
      sizes.push(chunk.byteLength);
      text += decoder.decode(chunk, { stream: true });
    }
    expect(JSON.parse(text)).toHaveProperty("access_token");
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(text.length);
  });

  it("slow-body sends its head at once, and the client may give up within the body", async () => {
    await set({ kind: "slow-body", intervalMs: 86_400_000 });
    const { response, status } = await ask();
    expect(status).toBe(200);
    await response.body?.cancel();
    expect(mock.recorder.requests[0]).toMatchObject({ fault: "slow-body", status: 200 });
  });

  it("malformed-json is whole, and no JSON", async () => {
    await set({ kind: "malformed-json" });
    const { text } = await askText();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(JSON.parse(text.slice(0, -1))).toHaveProperty("access_token");
  });

  it("wrong-content-length says too much: the body ends early", async () => {
    await set({ kind: "wrong-content-length" });
    const { response, status } = await ask();
    expect(status).toBe(200);
    expect(await failureOf(response.text())).toBe("UND_ERR_RES_CONTENT_LENGTH_MISMATCH");
    expect(mock.recorder.requests[0]).toHaveProperty("issued");
  });

  it("wrong-content-length says too little: the body is cut", async () => {
    await set({ kind: "wrong-content-length", differenceBytes: -10 });
    const { text } = await askText();
    expect(text).toMatch(/^\{"access_token":/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect((await ask()).status).toBe(200);
  });

  it("wrong-content-type, html, empty and redirect", async () => {
    await set({ kind: "wrong-content-type", contentType: "application/octet-stream" });
    expect((await ask()).headers.get("content-type")).toBe("application/octet-stream");
    await set({ kind: "html" });
    expect((await askText()).text).toMatch(/^<!doctype html>/);
    await set({ kind: "empty", status: 204 });
    expect(await askText()).toMatchObject({ status: 204, text: "" });
    await set({ kind: "redirect", location: "https://elsewhere.example/token", status: 307 });
    const { status, headers } = await ask();
    expect([status, headers.get("location")]).toEqual([307, "https://elsewhere.example/token"]);
  });

  it("resets before and after the headers", async () => {
    await set({ kind: "reset-before-headers" });
    expect(await failureOf(ask())).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
    await set({ kind: "reset-after-headers" });
    const { response, status } = await ask();
    expect(status).toBe(200);
    expect(await failureOf(response.text())).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
  });

  it("truncated-json ends in the middle of a complete message", async () => {
    await set({ kind: "truncated-json" });
    const { text } = await askText();
    expect(text).toMatch(/^\{"access_token":/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });
});

describe("responses with other contents", () => {
  const response = async () => JSON.parse((await askText()).text) as Record<string, unknown>;

  it("missing-fields and odd-expires-in", async () => {
    await set({ kind: "missing-fields" });
    expect(await response()).not.toHaveProperty("access_token");
    await set({ kind: "missing-fields", fields: ["token_type", "expires_in"] });
    expect(Object.keys(await response())).toEqual(["access_token"]);
    for (const value of ["soon", -1, null, 1.5, true]) {
      await set({ kind: "odd-expires-in", value });
      expect((await response()).expires_in).toBe(value);
    }
  });

  it.each([
    ["wrong-issuer", "iss", "https://wrong-issuer.example"],
    ["wrong-audience", "aud", "wrong-audience"],
  ] as const)("%s changes the claim of a token that is well signed", async (kind, claim, value) => {
    await set({ kind });
    const token = String((await response()).access_token);
    expect(decodeJwt(token)).toMatchObject({ [claim]: value, sub: "mock-agent" });
    const { issued } = mock.recorder.requests[0] ?? {};
    expect(await mock.controls.verifyToken(issued?.fingerprint ?? "")).toMatchObject({
      signature: "good",
      claims: { [claim]: value },
    });
    const headers = { Authorization: `Bearer ${token}` };
    expect((await agent.postMcp("calendar", headers)).status).toBe(401);
  });

  it("wrong-issuer changes the metadata too", async () => {
    const match = { route: "authorization-server-metadata" } as const;
    await set({ kind: "wrong-issuer", issuer: "https://other.example" }, match);
    const metadata = async () => (await agent.fetch(mock.sts.wellKnownUri)).json();
    expect(await metadata()).toMatchObject({
      issuer: "https://other.example",
      token_endpoint: mock.sts.tokenEndpoint,
    });
    expect(await metadata()).toMatchObject({ issuer: mock.sts.issuer });
  });

  it("leave alone what they cannot change", async () => {
    await set({ kind: "wrong-audience" }, { route: "unknown" });
    expect((await agent.fetch(`${mock.url}/nowhere`)).status).toBe(404);
  });
});

describe("delay", () => {
  it("comes before another fault", async () => {
    await set({ kind: "delay", delayMs: 1 });
    await set({ kind: "status", status: 503 });
    expect((await ask()).status).toBe(503);
    expect(mock.controls.listFaults()).toEqual([]);
  });
});

describe("tls-refusal", () => {
  it("refuses new connections with an alert, and leaves those that are open", async () => {
    expect((await ask()).status).toBe(200);
    const handshakes = mock.recorder.handshakes;
    await set({ kind: "tls-refusal" }, { listener: "token-server", times: 2 });
    expect((await ask()).status).toBe(200);
    await using fresh = new TestAgent(mock);
    for (let i = 0; i < 2; i++) {
      expect(await failureOf(ask(fresh))).toBe("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE");
    }
    expect(mock.recorder.count()).toBe(2);
    expect(mock.recorder.handshakes).toBe(handshakes);
    expect((await ask(fresh)).status).toBe(200);
  });

  it("is for the listener it names", async () => {
    await set({ kind: "tls-refusal" }, { listener: "gateway" });
    await using fresh = new TestAgent(mock);
    expect((await ask(fresh)).status).toBe(200);
    expect(await failureOf(fresh.postMcp("orders", {}))).toMatch(/ALERT_HANDSHAKE_FAILURE$/);
  });

  it("needs TLS", async () => {
    await using plain = await startMockSts({ insecureHttp: true });
    expect(() => plain.controls.addFault({ effect: { kind: "tls-refusal" } })).toThrow(
      /TLS is off/,
    );
  });
});
