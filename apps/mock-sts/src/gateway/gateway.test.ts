import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";
import type { RequestInit } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, jwtBearerForm, TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
let token: string;
beforeAll(async () => {
  mock = await startMockSts({
    scopes: ["read", "write"],
    mcpServers: [
      {
        name: "plain",
        ordId: "sap.x:apiResource:plain:v1",
        globalTenantId: "1",
        mode: "stateless",
      },
      {
        name: "scoped",
        ordId: "sap.x:apiResource:scoped:v1",
        globalTenantId: "1",
        mode: "stateless",
        requiredScope: "read write",
      },
    ],
  });
  agent = new TestAgent(mock);
  token = (await agent.requestToken()).token;
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const bearer = (value: string) => ({ Authorization: `Bearer ${value}` });

/** Status and challenge of a response; a parameter that occurs twice fails. */
async function challenge(headers: Record<string, string>, server = "plain") {
  const response = await agent.postMcp(server, headers);
  return { status: response.status, ...parseChallenge(response.headers.get("www-authenticate")) };
}

function parseChallenge(header: string | null): Record<string, string> {
  if (header === null) return {};
  expect(header).toMatch(/^Bearer (\w+="[^"\\]*"(, |$))+$/);
  const pairs = [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

const metadataUrl = (server: string) => {
  const { origin, pathname } = new URL(agent.mcpUrl(server));
  return `${origin}/.well-known/oauth-protected-resource${pathname}`;
};

function refusal(error: string, status = 401) {
  return {
    status,
    error,
    error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    resource_metadata: metadataUrl("plain"),
  };
}

describe("gateway, access tokens (RFC 6750 §3.1; RFC 9068 §4)", () => {
  it("lets a good token pass, whatever the case of the scheme", async () => {
    expect(await challenge(bearer(token))).toEqual({ status: 200 });
    expect(await challenge({ Authorization: `bearer ${token}` })).toEqual({ status: 200 });
  });

  it("lets a good opaque token pass", async () => {
    const opaque = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, token_format: "opaque" });
    expect(await challenge(bearer(opaque.token))).toEqual({ status: 200 });
  });

  it("[6750-1] [9728-4] responds to a request without credentials with a challenge that names no error", async () => {
    const bare = { status: 401, resource_metadata: metadataUrl("plain") };
    expect(await challenge({})).toEqual(bare);
    expect(await challenge({ Authorization: "Basic eDp5" })).toEqual(bare);
  });

  it.each(["Bearer", "Bearer a b", "Bearer ä", "Bearer a,b"])(
    "[6750-2] calls the header %j malformed",
    async (header) => {
      const Authorization = Buffer.from(header, "utf8").toString("latin1");
      expect(await challenge({ Authorization })).toEqual(refusal("invalid_request", 400));
    },
  );

  it("[6750-2] refuses a token in the URL or in a form, also together with one in the header", async () => {
    const url = `${agent.mcpUrl("plain")}?access_token=${token}`;
    const form: RequestInit = { body: new URLSearchParams({ access_token: token }) };
    for (const [target, init] of [
      [url, { headers: bearer(token) }],
      [agent.mcpUrl("plain"), { ...form, headers: bearer(token) }],
      [agent.mcpUrl("plain"), form],
    ] as const) {
      const response = await agent.fetch(target, { method: "POST", ...init });
      expect(response.status).toBe(400);
      expect(parseChallenge(response.headers.get("www-authenticate")).error).toBe(
        "invalid_request",
      );
    }
  });

  it("[6750-3] refuses a token that has expired by the mock's clock", async () => {
    mock.controls.clockOffsetMs = 3_500_000;
    expect(await challenge(bearer(token))).toEqual({ status: 200 });
    mock.controls.clockOffsetMs = 3_700_000;
    expect(await challenge(bearer(token))).toEqual(refusal("invalid_token"));
  });

  it("refuses an opaque token that has expired", async () => {
    const opaque = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, token_format: "opaque" });
    mock.controls.clockOffsetMs = 3_700_000;
    expect(await challenge(bearer(opaque.token))).toEqual(refusal("invalid_token"));
  });

  it("[6750-3] [9728-10] refuses a token for another audience", async () => {
    const { resource: _, ...fields } = CLIENT_CREDENTIALS_FORM;
    const own = await agent.requestToken(fields);
    expect(await challenge(bearer(own.token))).toEqual(refusal("invalid_token"));
  });

  it("[9068-1] refuses an id token and a user's token: they are not access tokens", async () => {
    const assertion = await mock.userToken({ sub: "a", claims: { aud: "mock-agent-gateway" } });
    const { body } = await agent.requestToken(jwtBearerForm(await mock.userToken({ sub: "a" })));
    expect(await challenge(bearer(assertion))).toEqual(refusal("invalid_token"));
    expect(await challenge(bearer(String(body.id_token)))).toEqual(refusal("invalid_token"));
  });

  it("[9068-5] [9068-6] refuses tokens of another issuer, without signature, and with the public key as a secret", async () => {
    await using other = await startMockSts();
    await using foreign = new TestAgent(other);
    const claims = decodeJwt(token);
    const jwks = await (await agent.fetch(mock.jwksUri)).text();
    const header = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
    const secret = new TextEncoder().encode(jwks);
    const confused = new SignJWT(claims).setProtectedHeader({ ...header, alg: "HS256" });
    for (const bad of [
      (await foreign.requestToken()).token,
      new UnsecuredJWT(claims).encode(),
      await confused.sign(secret),
      `${token.slice(0, -4)}AAAA`,
      "opaque-but-unknown",
    ]) {
      expect(await challenge(bearer(bad))).toEqual(refusal("invalid_token"));
    }
  });

  it("[9068-6] takes tokens of the key before the current one", async () => {
    await mock.controls.rotateSigningKey();
    expect(await challenge(bearer(token))).toEqual({ status: 200 });
    const { token: newer } = await agent.requestToken();
    expect(await challenge(bearer(newer))).toEqual({ status: 200 });
  });
});

describe("gateway, scopes (RFC 6750 §3.1; RFC 9728 §5.1)", () => {
  it("[6750-4] [9728-11] responds to too little scope with 403 and the whole required scope", async () => {
    const { token: partial } = await agent.requestToken({
      ...CLIENT_CREDENTIALS_FORM,
      scope: "read",
    });
    for (const poor of [token, partial]) {
      expect(await challenge(bearer(poor), "scoped")).toEqual({
        ...refusal("insufficient_scope", 403),
        scope: "read write",
        resource_metadata: metadataUrl("scoped"),
      });
    }
  });

  it("names the scope in every 401 too", async () => {
    expect(await challenge({}, "scoped")).toMatchObject({ status: 401, scope: "read write" });
    const bad = await challenge(bearer("x"), "scoped");
    expect(bad).toMatchObject({ error: "invalid_token", scope: "read write" });
  });

  it("lets enough scope pass", async () => {
    const rich = await agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, scope: "write read" });
    expect(await challenge(bearer(rich.token), "scoped")).toEqual({ status: 200 });
  });
});

describe("gateway, revocation", () => {
  const good = { status: 200 };

  it("[6750-3] refuses a revoked token and no other", async () => {
    const first = (await agent.requestToken()).token;
    const second = (await agent.requestToken()).token;
    expect(mock.controls.revoke({ token: first })).toBe(1);
    expect(await challenge(bearer(first))).toEqual(refusal("invalid_token"));
    expect(await challenge(bearer(second))).toEqual(good);
  });

  it("revokes by identifier and by fingerprint, opaque tokens too", async () => {
    const jwt = (await agent.requestToken()).token;
    const fields = { ...CLIENT_CREDENTIALS_FORM, token_format: "opaque" };
    const opaque = (await agent.requestToken(fields)).token;
    mock.controls.revoke({ jti: String(decodeJwt(jwt).jti) });
    const mark = mock.recorder.requests.at(-1)?.issued?.fingerprint ?? "";
    expect(mock.controls.revoke({ fingerprint: mark })).toBe(1);
    expect(await challenge(bearer(jwt))).toEqual(refusal("invalid_token"));
    expect(await challenge(bearer(opaque))).toEqual(refusal("invalid_token"));
  });

  it("revokes what a subject or client has, and not what it gets later", async () => {
    const request = async (sub: string) =>
      (await agent.requestToken(jwtBearerForm(await mock.userToken({ sub })))).token;
    const alice = await request("alice");
    const bob = await request("bob");
    expect(mock.controls.revoke({ subject: "alice" })).toBe(1);
    expect(await challenge(bearer(alice))).toEqual(refusal("invalid_token"));
    expect(await challenge(bearer(bob))).toEqual(good);
    expect(await challenge(bearer(await request("alice")))).toEqual(good);
    mock.controls.revoke({ clientId: "mock-agent" });
    expect(await challenge(bearer(bob))).toEqual(refusal("invalid_token"));
    expect(mock.controls.revoke({ subject: "nobody" })).toBe(0);
  });

  it("revokes everything", async () => {
    const { token: last } = await agent.requestToken();
    expect(mock.controls.revoke("all")).toBeGreaterThan(0);
    expect(await challenge(bearer(last))).toEqual(refusal("invalid_token"));
    token = (await agent.requestToken()).token;
    expect(await challenge(bearer(token))).toEqual(good);
  });
});

describe("gateway, bound tokens (RFC 8705 §3)", () => {
  const status = async (client: TestAgent, value: string) =>
    (await client.postMcp("plain", bearer(value))).status;

  it("[8705-12] asks for no certificate by default, as the real gateway", async () => {
    await using bare = new TestAgent(mock, null);
    expect(await status(bare, token)).toBe(200);
  });

  it("[8705-11] refuses a bound token with another certificate or none, if told so", async () => {
    mock.controls.requireBoundCertificate = true;
    await using bare = new TestAgent(mock, null);
    await using renewed = new TestAgent(mock, await mock.issueClientCertificate());
    expect(await status(agent, token)).toBe(200);
    for (const client of [bare, renewed]) {
      const response = await client.postMcp("plain", bearer(token));
      expect({
        status: response.status,
        ...parseChallenge(response.headers.get("www-authenticate")),
      }).toEqual(refusal("invalid_token"));
    }
  });

  it("lets an unbound token pass without a certificate even then", async () => {
    await using free = await startMockSts({
      certificateBoundTokens: false,
      requireBoundCertificate: true,
    });
    await using certified = new TestAgent(free);
    await using bare = new TestAgent(free, null);
    const unbound = (await certified.requestToken()).token;
    expect((await bare.postMcp("calendar", bearer(unbound))).status).toBe(200);
  });
});

describe("gateway, alwaysUnauthorized", () => {
  it("refuses good tokens everywhere, or at the servers named", async () => {
    mock.controls.alwaysUnauthorized = true;
    expect(await challenge(bearer(token))).toEqual(refusal("invalid_token"));
    mock.controls.alwaysUnauthorized = ["scoped"];
    expect(await challenge(bearer(token))).toEqual({ status: 200 });
    expect(await challenge(bearer(token), "scoped")).toMatchObject({ error: "invalid_token" });
  });
});

describe("gateway, protected resource metadata (RFC 9728 §3)", () => {
  const read = async (url: string) => {
    const response = await agent.fetch(url);
    return { status: response.status, body: await response.json() };
  };

  it("[9728-1] [9728-2] [9728-3] puts each server's document at the inserted path", async () => {
    expect(await read(metadataUrl("plain"))).toEqual({
      status: 200,
      body: {
        resource: agent.mcpUrl("plain"),
        authorization_servers: [mock.issuer],
        bearer_methods_supported: ["header"],
        tls_client_certificate_bound_access_tokens: true,
        dpop_signing_alg_values_supported: expect.arrayContaining(["ES256", "RS256"]),
        dpop_bound_access_tokens_required: false,
      },
    });
    expect(await read(metadataUrl("scoped"))).toMatchObject({
      body: { resource: agent.mcpUrl("scoped"), scopes_supported: ["read", "write"] },
    });
  });

  it("[9728-1] names the gateway itself in the document at the root", async () => {
    const root = await read(`${mock.gatewayUrl}/.well-known/oauth-protected-resource`);
    expect(root).toMatchObject({ status: 200, body: { resource: mock.gatewayUrl } });
  });

  it("names a server by the very path that was used", async () => {
    const escaped = agent.mcpUrl("plain").replaceAll("sap.x:", "sap.x%3A");
    const response = await agent.fetch(escaped, { method: "POST" });
    const { resource_metadata: url = "" } = parseChallenge(
      response.headers.get("www-authenticate"),
    );
    expect(await read(url)).toMatchObject({ body: { resource: escaped } });
  });

  it("finds nothing at a path that cannot be decoded", async () => {
    const response = await agent.fetch(`${mock.gatewayUrl}/v1/mcp/%zz/1`);
    expect(response.status).toBe(404);
  });

  it("knows no document of an unknown server, and no such server", async () => {
    expect((await agent.fetch(`${metadataUrl("plain")}9`)).status).toBe(404);
    const response = await agent.fetch(`${agent.mcpUrl("plain")}9`, { headers: bearer(token) });
    expect(response.status).toBe(404);
  });
});
