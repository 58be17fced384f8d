import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { StsAgent, type StsForm, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const resources = ["https://mail.example/mcp", "https://files.example/mcp"] as const;
const otherServer = "https://as.example";

let mock: MockSts;
let agent: StsAgent;
let signForeign: (claims: Record<string, unknown>, typ?: string) => Promise<string>;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  signForeign = (claims, typ = "oauth-id-jag+jwt") =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ }).sign(privateKey);
  mock = await startMockSts({
    sts: {
      targets: resources.map((resource) => ({ resource, scopes: ["read", "write"] })),
      authorizationServers: [otherServer],
      trustedIssuers: [
        { issuer: "https://idp.example", jwks: { keys: [await exportJWK(publicKey)] } },
      ],
    },
    clients: ["app", "other"].map((clientId) => ({ clientId, authentication: "none" }) as const),
  });
  agent = new StsAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function requestIdJag(fields: StsForm = {}) {
  const subject_token = await mock.userToken({ sub: "alice", clientId: "app" });
  const subject_token_type = typeUrn("id_token");
  const request = { requested_token_type: typeUrn("id-jag"), audience: mock.sts.issuer };
  return agent.exchange({
    client_id: "app",
    subject_token,
    subject_token_type,
    ...request,
    ...fields,
  });
}

/** Redeems an assertion; the outcome is the claims of the token, or the error. */
async function redeem(assertion: string | undefined, fields: StsForm = {}, client = agent) {
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const response = await client.post({ grant_type, client_id: "app", assertion, ...fields });
  const { status, body, token } = response;
  if (status !== 200) return [status, body.error];
  const { aud, sub, scope } = decodeJwt(token);
  return { aud, sub, scope };
}

const invalidGrant = [400, "invalid_grant"];

describe("ID-JAG, the assertion", () => {
  it("names the server, the client, the resources and the scope", async () => {
    const scope = "read anything";
    const { body, token } = await requestIdJag({ resource: [...resources], scope });
    expect(body.scope).toBeUndefined();
    expect(decodeJwt(token)).toEqual({
      iss: mock.sts.issuer,
      sub: "alice",
      aud: mock.sts.issuer,
      client_id: "app",
      resource: [...resources],
      scope,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    const foreign = await requestIdJag({ audience: otherServer, resource: "https://x.example" });
    expect(decodeJwt(foreign.token)).toMatchObject({
      aud: otherServer,
      resource: "https://x.example",
    });
  });

  it.each<[string, StsForm, string]>([
    ["no audience", { audience: undefined }, "invalid_request"],
    ["two", { audience: [otherServer, "https://b.example"] }, "invalid_target"],
    ["one that is not an authorization server", { audience: "tickets" }, "invalid_target"],
    ["one with a slash more", { audience: `${otherServer}/` }, "invalid_target"],
    ["a resource that is not a URI", { resource: "mail" }, "invalid_target"],
  ])("is refused for %s", async (_what, fields, error) => {
    const { status, body } = await requestIdJag(fields);
    expect([status, body.error]).toEqual([400, error]);
  });

  it("opens no MCP server", async () => {
    const { token } = await requestIdJag();
    const response = await agent.postMcp("tickets", { Authorization: `Bearer ${token}` });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });
});

describe("ID-JAG, redeemed", () => {
  it("becomes a token for its resources, its scope and its subject", async () => {
    const { token } = await requestIdJag({ resource: resources[0], scope: "read" });
    const expected = { aud: resources[0], sub: "alice", scope: "read" };
    expect(await redeem(token)).toEqual(expected);
    expect(await redeem(token, { resource: resources[0], scope: "read" })).toEqual(expected);
  });

  it("allows less than it says, never more", async () => {
    const { token } = await requestIdJag({ resource: [...resources], scope: "read write" });
    const less = { resource: resources[1], scope: "write" };
    expect(await redeem(token, less)).toMatchObject({ aud: resources[1], scope: "write" });
    const one = (await requestIdJag({ resource: resources[0], scope: "read" })).token;
    expect(await redeem(one, { resource: resources[1] })).toEqual([400, "invalid_target"]);
    expect(await redeem(one, { audience: "tickets" })).toEqual([400, "invalid_target"]);
    expect(await redeem(one, { scope: "read write" })).toEqual([400, "invalid_scope"]);
  });

  it("is of use to its client only", async () => {
    const { token } = await requestIdJag();
    expect(await redeem(token, { client_id: "other" })).toEqual(invalidGrant);
  });

  it("is taken from a trusted issuer, if it is for this server and complete", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "https://idp.example",
      sub: "carol",
      aud: mock.sts.issuer,
      client_id: "app",
      jti: "1",
      iat: now,
      exp: now + 60,
      resource: resources[0],
      scope: "read",
    };
    expect(await redeem(await signForeign(claims))).toEqual({
      aud: resources[0],
      sub: "carol",
      scope: "read",
    });
    for (const change of [
      { aud: otherServer },
      { aud: mock.sts.tokenEndpoint },
      { aud: "app" },
      { client_id: undefined },
      { jti: undefined },
      { sub: undefined },
      { exp: undefined },
      { iss: "https://nobody.example" },
      { exp: now - 5 },
    ]) {
      expect(await redeem(await signForeign({ ...claims, ...change }))).toEqual(invalidGrant);
    }
  });

  it("ends after five minutes", async () => {
    const { token } = await requestIdJag();
    mock.controls.clockOffsetMs = 290_000;
    expect(await redeem(token)).toMatchObject({ sub: "alice" });
    mock.controls.clockOffsetMs = 310_000;
    expect(await redeem(token)).toEqual(invalidGrant);
  });

  it("is taken once, if told so", async () => {
    await using strict = await startMockSts({
      refuseReusedAssertions: true,
      maxAssertionLifetimeMs: 60_000,
      sts: { publicClient: true },
    });
    await using client = new StsAgent(strict);
    const make = (expiresInMs: number) =>
      strict.userToken({ sub: "alice", clientId: strict.sts.issuer, expiresInMs });
    const anonymous = { client_id: undefined };
    const assertion = await make(50_000);
    expect(await redeem(assertion, anonymous, client)).toMatchObject({ sub: "alice" });
    expect(await redeem(assertion, anonymous, client)).toEqual(invalidGrant);
    expect(await redeem(await make(90_000), anonymous, client)).toEqual(invalidGrant);
  });
});

describe("a user's JWT as an assertion (RFC 7523)", () => {
  it("becomes a token for the target that is asked for", async () => {
    for (const clientId of ["app", mock.sts.issuer, mock.sts.tokenEndpoint]) {
      const assertion = await mock.userToken({ sub: "alice", clientId });
      expect(await redeem(assertion, { audience: "tickets" })).toMatchObject({ aud: "tickets" });
      expect(await redeem(assertion, { audience: "unknown" })).toEqual([400, "invalid_target"]);
    }
  });

  it("gets a plain response: no issued_token_type and no refresh token", async () => {
    const assertion = await mock.userToken({ sub: "alice", clientId: "app", expiresInMs: 60_000 });
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const { body } = await agent.post({ grant_type, client_id: "app", assertion });
    expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "token_type"]);
    expect(decodeJwt(String(body.access_token)).exp).toBe(decodeJwt(assertion).exp);
  });

  it("is refused if missing, bad, for others, or no assertion", async () => {
    expect(await redeem(undefined)).toEqual([400, "invalid_request"]);
    const access = await agent.exchange({
      client_id: "app",
      subject_token: await mock.userToken({ sub: "alice" }),
    });
    for (const assertion of [
      "no-jwt",
      access.token,
      await mock.userToken({ sub: "alice", clientId: "other" }),
      await mock.userToken({ sub: "alice", clientId: "app", expiresInMs: -1 }),
      await mock.userToken({ sub: "alice", clientId: "app", claims: { sub: undefined } }),
    ]) {
      expect(await redeem(assertion)).toEqual(invalidGrant);
    }
  });
});
