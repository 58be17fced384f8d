import { bearerFetch, cachingTokenSource } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, rejection } from "../agent.test-support.ts";
import { openAskingServer } from "./asking-server.test-support.ts";
import { type ExchangeHarness, openExchangeHarness } from "./exchange-harness.test-support.ts";
import {
  AUDIENCES,
  CLIENTS,
  RESOURCES,
  TOKEN_SECONDS,
} from "./oidc-provider-setup.test-support.ts";

const [orders = ""] = AUDIENCES;
const CALLS = 30;

/** A client of the judge whose tokens are cached, by a clock that stands still. */
function cachedExchanger(
  { exchanger, events }: ExchangeHarness,
  client: "mtls" | "post" | "signing",
) {
  const clock = createFakeClock(Date.now());
  const source = exchanger(client, { clock });
  const onEvent = (event: (typeof events)[number]) => void events.push(event);
  const tokens = cachingTokenSource(source, { clock, onEvent });
  onTestFinished(() => tokens.close());
  return { clock, source, tokens };
}

describe("cachingTokenSource over exchanges at oidc-provider", () => {
  it.each(["mtls", "signing"] as const)(
    "exchanges once for each user and target, for many calls at once, by %s",
    async (client) => {
      const harness = await openExchangeHarness();
      const { tokens } = cachedExchanger(harness, client);
      const users = await Promise.all(["alice", "bob"].map((sub) => harness.signIn({ sub })));
      const targets = [
        ...AUDIENCES.map((name) => ({ audience: [name] })),
        { resource: [RESOURCES.mcp] },
      ];
      const wanted = users.flatMap((subjectToken) =>
        targets.map((target) => ({ subjectToken, ...target })),
      );
      const got = await atOnce(CALLS, () =>
        Promise.all(wanted.map((request) => tokens.getToken(request))),
      );
      for (const round of got) expect(round).toEqual(got[0]);
      expect(got[0]?.map(({ token }) => [decodeJwt(token).sub, decodeJwt(token).aud])).toEqual(
        ["alice", "bob"].flatMap((sub) => [...AUDIENCES, RESOURCES.mcp].map((aud) => [sub, aud])),
      );
      expect(harness.judge.tokenRequests()).toBe(wanted.length);
      harness.expectNoSecret(tokens, got);
    },
  );

  it("exchanges again when a token has expired, and once", async () => {
    const harness = await openExchangeHarness();
    const { clock, tokens } = cachedExchanger(harness, "post");
    const request = { subjectToken: await harness.signIn(), audience: [orders] };
    const first = await tokens.getToken(request);
    clock.advance(TOKEN_SECONDS * 1_000);
    const [second, ...others] = await atOnce(CALLS, () => tokens.getToken(request));
    expect(second?.token).not.toBe(first.token);
    for (const other of others) expect(other).toBe(second);
    expect(harness.judge.tokenRequests()).toBe(2);
  });

  it("keeps no token longer than the user stays signed in", async () => {
    const harness = await openExchangeHarness();
    const { clock, tokens } = cachedExchanger(harness, "post");
    const exp = Math.floor(clock.now() / 1_000) + 60;
    const request = { subjectToken: await harness.signIn({ exp }), audience: [orders] };
    const { expiresAt = Number.POSITIVE_INFINITY } = await tokens.getToken(request);
    expect(expiresAt).toBeLessThanOrEqual((exp + 1) * 1_000);
    clock.advance(61_000);
    expect(tokens.peek(request)).toBeUndefined();
  });

  it("asks once for what is refused", async () => {
    const harness = await openExchangeHarness();
    const { tokens } = cachedExchanger(harness, "post");
    const request = { subjectToken: await harness.signIn(), audience: ["nobody"] };
    const errors = await atOnce(CALLS, () => rejection(tokens.getToken(request)));
    for (const error of errors) expect(error).toMatchObject({ oauthError: "invalid_target" });
    expect(harness.judge.tokenRequests()).toBe(1);
    harness.expectNoSecret(...errors);
  });
});

describe("bearerFetch with tokens exchanged at oidc-provider", () => {
  it("gets one new token for one that was revoked, and none for other users", async () => {
    const harness = await openExchangeHarness();
    const { judge } = harness;
    const { source, tokens } = cachedExchanger(harness, "post");
    const server = await openAskingServer({
      ...harness,
      issuer: judge.issuer,
      fetch: source.fetch,
    });
    const signIn = async (sub: string) => {
      const request = { subjectToken: await harness.signIn({ sub }), resource: [RESOURCES.asking] };
      const fetch = bearerFetch(tokens, { resource: server.url, fetch: source.fetch, request });
      return { request, call: async () => (await fetch(server.url)).text() };
    };
    const [alice, bob] = [await signIn("alice"), await signIn("bob")];
    const answers = async () =>
      Promise.all([alice, bob].map(async ({ call }) => new Set(await atOnce(10, call))));
    expect(await answers()).toEqual([new Set(["alice"]), new Set(["bob"])]);
    expect(new Set(server.statuses)).toEqual(new Set([200]));
    expect(judge.tokenRequests()).toBe(2);

    const revoked = await tokens.getToken(alice.request);
    const { clientId: client_id, secret: client_secret } = CLIENTS.post;
    const { status } = await source.fetch(`${judge.issuer}/token/revocation`, {
      method: "POST",
      body: new URLSearchParams({ client_id, client_secret, token: revoked.token }),
    });
    expect(status).toBe(200);

    expect(await answers()).toEqual([new Set(["alice"]), new Set(["bob"])]);
    expect(server.statuses).toContain(401);
    expect((await tokens.getToken(alice.request)).token).not.toBe(revoked.token);
    expect(judge.tokenRequests()).toBe(3);
    harness.expectNoSecret(tokens, revoked);
  });
});
