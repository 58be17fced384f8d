import { cachingTokenSource, type TokenEvent } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import { clientCredentialsSource } from "../grants/client-credentials-source.ts";
import {
  answerToken,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";

const START = Date.UTC(2026, 0, 1);
const jwt = (exp: unknown) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ exp })}.x`;
};

describe("the end of a token", () => {
  it.each([
    [{ expires_in: 60 }, START + 60_000, []],
    [{ expires_in: "60" }, START + 60_000, []],
    [{ expires_in: 60, expires_at: START / 1000 + 5 }, START + 5_000, []],
    [{ expires_in: "soon", access_token: jwt(START / 1000 + 7) }, START + 7_000, ["expires_in"]],
    [{ expires_in: undefined, id_token: jwt(START / 1000 + 8) }, START + 8_000, []],
    [{ expires_in: -1, id_token: "not a JWT" }, undefined, ["expires_in"]],
    [{ expires_in: undefined, id_token: 5 }, undefined, []],
  ])("of %j is read without failing a good token", async (more, expiresAt, skipped) => {
    const clock = createFakeClock(START);
    const events: TokenEvent[] = [];
    const server = await startTestServer(answerToken(more));
    const endpoint = testEndpoint(server, { clock, onEvent: (event) => events.push(event) });
    const answer = await endpoint.request(CLIENT_CREDENTIALS);
    expect(answer.expiresAt).toBe(expiresAt);
    expect(events).toEqual(
      skipped.map((field) => ({
        type: "lifetime-skipped",
        field,
        at: START,
        identity: endpoint.identity,
      })),
    );
  });

  it.each([0, "0", -5, "soon", 1_767_225_600, 1e30, null, true, {}])(
    "of %j is unknown: the fallback lifetime, and one request for many calls",
    async (expires_in) => {
      const clock = createFakeClock(START);
      const events: TokenEvent[] = [];
      const server = await startTestServer(answerToken({ expires_in }));
      const endpoint = testEndpoint(server, { clock, onEvent: (event) => events.push(event) });
      const source = cachingTokenSource(clientCredentialsSource(endpoint), { clock });
      for (let i = 0; i < 5; i++) await source.getToken();
      clock.advance(299_000);
      await source.getToken();
      expect(server.requests).toHaveLength(1);
      const skipped = expires_in === null ? [] : [{ type: "lifetime-skipped" }];
      expect(events).toMatchObject(skipped);
    },
  );

  it("counts from before the request, not from its answer", async () => {
    const clock = createFakeClock(START);
    const server = await startTestServer((response, request, count) => {
      clock.advance(30_000);
      return answerToken()(response, request, count);
    });
    const answer = await testEndpoint(server, { clock }).request(CLIENT_CREDENTIALS);
    expect(answer.expiresAt).toBe(START + 60_000);
  });

  const fail = () => {
    throw new Error("sink");
  };
  it.each([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])("survives an event sink that %s", async (_, onEvent) => {
    const server = await startTestServer(answerToken({ expires_in: "soon" }));
    await expect(
      testEndpoint(server, { onEvent }).request(CLIENT_CREDENTIALS),
    ).resolves.toBeDefined();
  });
});
