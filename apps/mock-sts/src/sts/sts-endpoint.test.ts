import { X509Certificate } from "node:crypto";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXCHANGE_GRANT, StsAgent, type StsForm, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [
      { clientId: "public", authentication: "none" },
      { clientId: "basic", authentication: "client_secret_basic", clientSecret: "s3cret" },
      { clientId: "post", authentication: "client_secret_post", clientSecret: "s3cret" },
      { clientId: "no-exchange", authentication: "none", grants: ["client_credentials"] },
    ],
  });
  agent = new StsAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function exchange(fields: StsForm = {}, client = agent, headers = {}) {
  const form = { client_id: "public", subject_token: await mock.userToken({ sub: "alice" }) };
  return client.exchange({ ...form, ...fields }, headers);
}

describe("the metadata of the token exchange service (RFC 8414)", () => {
  it("[8414-1] [8693-24] [8705-9] lists its grants and endpoints, at every place clients look", async () => {
    const { issuer, tokenEndpoint, jwksUri, wellKnownUri } = mock.sts;
    const places = [
      wellKnownUri,
      `${mock.url}/.well-known/openid-configuration/sts`,
      `${mock.url}/sts/.well-known/oauth-authorization-server`,
      `${mock.url}/sts/.well-known/openid-configuration`,
    ];
    for (const place of places) {
      const response = await agent.fetch(place);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(await response.json()).toMatchObject({
        issuer,
        token_endpoint: tokenEndpoint,
        jwks_uri: jwksUri,
        grant_types_supported: [
          EXCHANGE_GRANT,
          "urn:ietf:params:oauth:grant-type:jwt-bearer",
          "client_credentials",
        ],
        token_endpoint_auth_methods_supported: expect.arrayContaining(["private_key_jwt", "none"]),
        introspection_endpoint: `${issuer}/introspect`,
        revocation_endpoint: `${issuer}/revoke`,
        mtls_endpoint_aliases: {
          token_endpoint: `${issuer}/mtls/token`,
          introspection_endpoint: `${issuer}/mtls/introspect`,
          revocation_endpoint: `${issuer}/mtls/revoke`,
        },
      });
    }
    expect(mock.recorder.count({ route: "authorization-server-metadata" })).toBe(places.length);
    const keys = (await (await agent.fetch(jwksUri)).json()) as { keys: object[] };
    expect(keys.keys).toHaveLength(1);
    expect(keys.keys[0]).not.toHaveProperty("d");
  });

  it("does not list the exchange at the identity tenant, which has none", async () => {
    const document = await agent.fetch(`${mock.url}/.well-known/oauth-authorization-server`);
    const { grant_types_supported: grants } = (await document.json()) as Record<string, unknown>;
    expect(grants).not.toContain(EXCHANGE_GRANT);
    const body = new URLSearchParams({ grant_type: EXCHANGE_GRANT, client_id: "public" });
    const response = await agent.fetch(mock.tokenEndpoint, { method: "POST", body });
    expect(await response.json()).toMatchObject({ error: "unsupported_grant_type" });
  });
});

describe("the form of a request to the token exchange service", () => {
  it.each([
    ["no grant", undefined, "invalid_request"],
    ["an unknown grant", "password", "unsupported_grant_type"],
    ["a grant for clients that prove themselves", "client_credentials", "unauthorized_client"],
  ])("refuses %s", async (_what, grantType, error) => {
    const response = await exchange({ grant_type: grantType });
    expect([response.status, response.body.error]).toEqual([400, error]);
  });

  it("refuses a client that may not use the grant", async () => {
    const { status, body } = await exchange({ client_id: "no-exchange" });
    expect([status, body.error]).toEqual([400, "unauthorized_client"]);
  });

  it("takes POST only, and a form only", async () => {
    const get = await agent.fetch(mock.sts.tokenEndpoint);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const json = await exchange({}, agent, { "Content-Type": "application/json" });
    expect([json.status, json.body.error]).toEqual([400, "invalid_request"]);
  });

  it("[6749-10] forbids caches to keep its responses, successful and not", async () => {
    for (const fields of [{}, { audience: "unknown" }]) {
      const { headers } = await exchange(fields);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("pragma")).toBe("no-cache");
    }
  });
});

describe("clients of the token exchange service", () => {
  const refused = [401, "invalid_client"];
  const outcome = async (...args: Parameters<typeof exchange>) => {
    const { status, body, token } = await exchange(...args);
    return status === 200 ? decodeJwt(token).client_id : [status, body.error];
  };
  const basic = (secret: string) => ({
    Authorization: `Basic ${Buffer.from(`basic:${secret}`).toString("base64")}`,
  });
  const unnamed = { client_id: undefined };

  it("[8693-20] must be known, unless the public one is allowed", async () => {
    expect(await outcome()).toBe("public");
    for (const client_id of [undefined, "nobody", "mock-public-client"]) {
      expect(await outcome({ client_id })).toEqual(refused);
    }
  });

  it("need no name where the public one is allowed, but a proof if they name one", async () => {
    await using open = await startMockSts({ sts: { publicClient: true } });
    await using client = new StsAgent(open);
    const subject_token = await open.userToken({ sub: "alice" });
    const { token } = await client.exchange({ subject_token });
    expect(decodeJwt(token).client_id).toBe("mock-public-client");
    expect(open.recorder.requests.at(-1)?.clientId).toBe("mock-public-client");
    for (const fields of [
      { client_id: "nobody" },
      { client_id: "mock-agent" },
      { client_secret: "x" },
      { client_assertion: "x" },
    ]) {
      const { status, body } = await client.exchange({ subject_token, ...fields });
      expect([status, body.error]).toEqual(refused);
    }
    const named = await client.exchange({ subject_token }, basic("wrong"));
    expect(named.status).toBe(401);
  });

  it("prove themselves by secret", async () => {
    expect(await outcome(unnamed, agent, basic("s3cret"))).toBe("basic");
    expect(await outcome(unnamed, agent, basic("wrong"))).toEqual(refused);
    expect(await outcome({ client_id: "post", client_secret: "s3cret" })).toBe("post");
    expect(await outcome({ client_id: "post", client_secret: "wrong" })).toEqual(refused);
    expect(await outcome({ client_id: "post" })).toEqual(refused);
  });

  it("prove themselves by certificate, and get a token bound to it (RFC 8705)", async () => {
    await using bound = new StsAgent(mock, mock.clientCertificate);
    const fields = { client_id: mock.clientId, audience: "tickets" };
    const { token } = await exchange(fields, bound);
    const thumbprint = certificateThumbprint(
      new X509Certificate(mock.clientCertificate.certificate).raw,
    );
    expect(decodeJwt(token).cnf).toEqual({ "x5t#S256": thumbprint });
    expect(await outcome(fields)).toEqual(refused);
    mock.controls.requireBoundCertificate = true;
    const headers = { Authorization: `Bearer ${token}` };
    for (const [client, isGood] of [
      [bound, true],
      [agent, false],
    ] as const) {
      const response = await client.postMcp("tickets", headers);
      expect(response.status === 401).toBe(!isGood);
      await response.body?.cancel();
    }
  });
});

describe("the response (RFC 8693 §2.2.1)", () => {
  it.each([
    [undefined, "access_token", "Bearer", "at+jwt"],
    ["access_token", "access_token", "Bearer", "at+jwt"],
    ["jwt", "jwt", "Bearer", "at+jwt"],
    ["id_token", "id_token", "N_A", "JWT"],
    ["id-jag", "id-jag", "N_A", "oauth-id-jag+jwt"],
  ])(
    "[8693-8] [8693-9] [8693-10] to a request for %s has the type %s and says %s",
    async (asked, issued, usage, typ) => {
      const type = asked === undefined ? undefined : typeUrn(asked);
      const audience = asked === "id-jag" ? mock.sts.issuer : undefined;
      const { body, token } = await exchange({ requested_token_type: type, audience });
      expect(body).toEqual({
        access_token: token,
        issued_token_type: typeUrn(issued),
        token_type: usage,
        expires_in: asked === "id-jag" ? 300 : expect.any(Number),
      });
      expect(decodeProtectedHeader(token).typ).toBe(typ);
      expect(decodeJwt(token)).toMatchObject({ iss: mock.sts.issuer, sub: "alice" });
    },
  );

  it.each(["refresh_token", "saml1", "saml2", "unknown"])(
    "[8693-8] refuses to issue a %s",
    async (type) => {
      const { status, body } = await exchange({ requested_token_type: typeUrn(type) });
      expect([status, body.error]).toEqual([400, "invalid_request"]);
    },
  );

  it("gives an id token the requested audience, else the client's id, and the actor", async () => {
    const requested_token_type = typeUrn("id_token");
    const actor_token = await mock.userToken({ sub: "agent" });
    const delegation = { actor_token, actor_token_type: typeUrn("jwt") };
    const own = await exchange({ requested_token_type, ...delegation });
    expect(decodeJwt(own.token)).toMatchObject({
      aud: "public",
      azp: "public",
      act: { sub: "agent" },
    });
    const other = await exchange({ requested_token_type, audience: "tickets" });
    expect(decodeJwt(other.token).aud).toBe("tickets");
    const headers = { Authorization: `Bearer ${other.token}` };
    const response = await agent.postMcp("tickets", headers);
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });
});
