import { type StsTokenSourceOptions, tokenTypes } from "@agent-oauth/sts";
import { createClientCertificate, privateKeyJwt } from "@agent-oauth/token-endpoint";
import { decodeJwt, decodeProtectedHeader, generateKeyPair } from "jose";
import { describe, expect, it } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { type ExchangeHarness, openExchangeHarness } from "./exchange-harness.test-support.ts";
import { USERS_ISSUER } from "./oidc-provider-grants.test-support.ts";
import { AUDIENCES, CLIENTS, RESOURCES } from "./oidc-provider-setup.test-support.ts";

const [orders = "", billing = "", nextAgent = ""] = AUDIENCES;
const PLACES = ["issuer", "tokenEndpoint"] as const;

describe("createStsTokenSource against oidc-provider", () => {
  it.each(PLACES)("gets a bound token for a client with a certificate, by %s", async (by) => {
    const { judge, authority, exchanger, signIn } = await openExchangeHarness();
    const source = exchanger("mtls", { [by]: judge[by] });
    const subjectToken = await signIn({ sub: "bob" });
    const token = await source.getToken({ subjectToken, resource: [RESOURCES.mcp] });

    const { thumbprint } = createClientCertificate(authority.clientCertificate);
    expect(token).toMatchObject({
      tokenType: "Bearer",
      issuedTokenType: tokenTypes.accessToken,
      confirmation: { x5tS256: thumbprint },
    });
    const claims = decodeJwt(token.token);
    expect(claims).toMatchObject({
      iss: judge.issuer,
      sub: "bob",
      aud: RESOURCES.mcp,
      client_id: CLIENTS.mtls.clientId,
      cnf: { "x5t#S256": thumbprint },
    });
    expect(claims).not.toHaveProperty("act");
    expect(decodeProtectedHeader(token.token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    const path = by === "issuer" ? "/mtls/token" : "/token";
    expect(judge.requests.at(-1)).toEqual({ path, hasCertificate: true });
  });

  it.each(PLACES)(
    "signs an assertion for each exchange, which is taken once, by %s",
    async (by) => {
      const { judge, exchanger, signIn } = await openExchangeHarness();
      const source = exchanger("signing", { [by]: judge[by] });
      const request = { subjectToken: await signIn(), audience: [orders] };
      const tokens = await Promise.all([source.getToken(request), source.getToken(request)]);
      for (const { token } of tokens) {
        expect(decodeJwt(token)).toMatchObject({
          sub: "alice",
          aud: orders,
          client_id: CLIENTS.signing.clientId,
        });
      }
      expect(judge.tokenRequests()).toBe(2);
    },
  );

  it.each(["basic", "post"] as const)("authenticates by secret: %s", async (method) => {
    const { exchanger, signIn } = await openExchangeHarness();
    const request = { subjectToken: await signIn(), audience: [orders] };
    const { token, confirmation } = await exchanger(method).getToken(request);
    expect(decodeJwt(token)).toMatchObject({ aud: orders, client_id: CLIENTS[method].clientId });
    expect(confirmation).toBeUndefined();
  });

  it("asks for every audience and resource, and reads which scope was granted", async () => {
    const { exchanger, signIn } = await openExchangeHarness();
    const token = await exchanger("post").getToken({
      subjectToken: await signIn(),
      scope: ["read", "write"],
      audience: [orders, billing],
      resource: [RESOURCES.mcp, RESOURCES.gateway],
    });
    const { aud, scope } = decodeJwt(token.token);
    expect(aud).toEqual([RESOURCES.mcp, RESOURCES.gateway, orders, billing]);
    expect([token.scope, scope]).toEqual([["read"], "read"]);
  });
});

describe("delegation at oidc-provider", () => {
  it("names who acts, and who acted before at the next exchange", async () => {
    const { judge, exchanger, signIn, actor } = await openExchangeHarness();
    const first = exchanger("post", { actor: await actor("first-agent") });
    const second = exchanger("signing", {
      actor: await actor("second-agent"),
      subjectTokenType: tokenTypes.accessToken,
    });
    const subjectToken = await signIn({ may_act: { sub: "first-agent" } });
    const forNextAgent = await first.getToken({ subjectToken, audience: [nextAgent] });
    const firstAct = { iss: USERS_ISSUER, sub: "first-agent" };
    expect(decodeJwt(forNextAgent.token)).toMatchObject({ sub: "alice", aud: nextAgent });
    expect(decodeJwt(forNextAgent.token).act).toEqual(firstAct);

    const request = { subjectToken: forNextAgent.token, audience: [orders] };
    const { token } = await second.getToken(request);
    expect(decodeJwt(token)).toMatchObject({ iss: judge.issuer, sub: "alice", aud: orders });
    expect(decodeJwt(token).act).toEqual({
      iss: USERS_ISSUER,
      sub: "second-agent",
      act: firstAct,
    });
  });

  it("is refused to whom the user's token does not let act", async () => {
    const { exchanger, signIn, actor, expectNoSecret } = await openExchangeHarness();
    const source = exchanger("post", { actor: await actor("mallory") });
    const subjectToken = await signIn({ may_act: { sub: "first-agent" } });
    const error = await rejection(source.getToken({ subjectToken, audience: [orders] }));
    expect(error).toMatchObject(refusal("invalid_request"));
    expect(String(error)).toContain("the actor may not act for the subject");
    expectNoSecret(error);
  });

  it("is refused to an actor whose token is for somebody else", async () => {
    const { exchanger, signIn, expectNoSecret } = await openExchangeHarness();
    const token = await signIn({ sub: "first-agent", aud: "https://elsewhere.example" });
    const source = exchanger("post", { actor: { name: "first-agent", token } });
    const error = await rejection(source.getToken({ subjectToken: await signIn() }));
    expect(error).toMatchObject(refusal("invalid_request"));
    expectNoSecret(error);
  });
});

type BadSubject = (harness: ExchangeHarness) => Promise<string>;

const BAD_SUBJECTS: readonly [string, BadSubject][] = [
  ["is no token", async () => "no-token"],
  ["has expired", ({ signIn }) => signIn({ exp: Math.floor(Date.now() / 1_000) - 60 })],
  ["is for somebody else", ({ signIn }) => signIn({ aud: "https://elsewhere.example" })],
  ["is of an issuer that is not known", ({ signIn }) => signIn({ iss: "https://mallory.example" })],
  ["was tampered with", async ({ signIn }) => `${(await signIn()).slice(0, -8)}AAAAAAAA`],
];

describe("a user's token that oidc-provider does not take", () => {
  it.each(BAD_SUBJECTS)("is told of and not shown: it %s", async (_what, subjectOf) => {
    const harness = await openExchangeHarness();
    const subjectToken = await subjectOf(harness);
    const source = harness.exchanger("post");
    const error = await rejection(source.getToken({ subjectToken, audience: [orders] }));
    expect(error).toMatchObject(refusal("invalid_request"));
    expect(String(error)).toContain("subject_token is not valid");
    harness.expectNoSecret(error, source);
    expect(harness.judge.tokenRequests()).toBe(1);
  });
});

const BAD_REQUESTS: readonly [string, object, Partial<StsTokenSourceOptions>, string][] = [
  ["an unknown audience", { audience: ["nobody"] }, {}, "invalid_target"],
  ["an unknown resource", { resource: ["https://nobody.example/mcp"] }, {}, "invalid_target"],
  ["one unknown among others", { audience: [orders, "nobody"] }, {}, "invalid_target"],
  [
    "a type that is not issued",
    { audience: [orders] },
    { requestedTokenType: tokenTypes.idToken },
    "invalid_request",
  ],
];

describe("an exchange that oidc-provider refuses", () => {
  it.each(BAD_REQUESTS)("is final: %s", async (_what, request, options, oauthError) => {
    const { judge, exchanger, signIn, expectNoSecret } = await openExchangeHarness();
    const subjectToken = await signIn();
    const error = await rejection(
      exchanger("post", options).getToken({ subjectToken, ...request }),
    );
    expect(error).toMatchObject(refusal(oauthError));
    expectNoSecret(error);
    expect(judge.tokenRequests()).toBe(1);
  });

  it.each([
    ["the key of somebody else", async () => (await generateKeyPair("ES256")).privateKey, {}],
    [
      "an assertion for somebody else",
      async ({ judge }: ExchangeHarness) => judge.clientKey,
      { audience: "https://elsewhere.example" },
    ],
  ])("is final: %s", async (_what, keyOf, options) => {
    const harness = await openExchangeHarness();
    const key = await keyOf(harness);
    const clientAuthentication = privateKeyJwt({ key, keyId: "client", ...options });
    const source = harness.exchanger("signing", { clientAuthentication });
    const subjectToken = await harness.signIn();
    const error = await rejection(source.getToken({ subjectToken, audience: [orders] }));
    expect(error).toMatchObject({ ...refusal("invalid_client"), status: 401 });
    harness.expectNoSecret(error, source);
  });
});

function refusal(oauthError: string) {
  return { code: "ERR_TOKEN_OAUTH", oauthError, status: 400, retryable: false };
}
