import {
  clientCredentialsSource,
  createClientCertificate,
  createTokenEndpoint,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, openAgent, openMock, rejection } from "./agent.test-support.ts";

const ALWAYS = { route: "token", times: Number.POSITIVE_INFINITY } as const;

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

describe("a slow token endpoint", () => {
  it("is given up after timeoutMs, by all who wait, at one request", async () => {
    const agent = await openAgent({ flow: { timeoutMs: 1_000 } });
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
  it("is left alone by a user for as long as it asks that user", async () => {
    const agent = await openAgent();
    const userToken = await agent.signIn("alice");
    agent.mock.controls.failNext(
      { status: 429, headers: { "Retry-After": "60" } },
      { route: "token" },
    );
    const expected = { status: 429, retryable: true };
    const first = await rejection(agent.client.getUserAuth(userToken));
    expect(first).toMatchObject({ ...expected, retryAfterMs: 60_000 });
    const error = await rejection(agent.client.getUserAuth(userToken));
    expect(error).toMatchObject(expected);
    expect(String(error)).toMatch(/holding back for 60000 ms/);
    expect(agent.tokenRequests()).toBe(1);
    // The wait is that user's: the others are served.
    for (const other of await Promise.all(["bob", "carol"].map(agent.signIn))) {
      expect((await agent.client.getUserAuth(other)).tokenType).toBe("Bearer");
    }
    agent.advance(59_999);
    await rejection(agent.client.getUserAuth(userToken));
    expect(agent.tokenRequests()).toBe(3);
    agent.advance(1);
    expect((await agent.client.getUserAuth(userToken)).tokenType).toBe("Bearer");
    expect(agent.tokenRequests()).toBe(4);
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
