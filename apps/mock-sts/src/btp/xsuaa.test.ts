import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { fingerprint } from "../oauth/fingerprint.ts";

let mock: MockSts;
let agent: LobAgent;
beforeAll(async () => {
  mock = await startMockSts({
    tenants: [{ subdomain: "tenant-a" }, { subdomain: "leaver", subscribed: false }],
  });
  agent = new LobAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});
const grantForm = { grant_type: "client_credentials" };

describe("XSUAA's token endpoint", () => {
  it.each([
    ["provider-zone", {}, "provider-zone", "mock-tenant"],
    ["tenant-a", {}, "tenant-a", "tenant-a-id"],
    ["/oauth/token", {}, "provider-zone", "mock-tenant"],
    ["/oauth/token", { "x-zid": "tenant-a-id" }, "tenant-a", "tenant-a-id"],
  ])("issues at %s with %j a token of %s", async (path, headers, subdomain, tenantId) => {
    const { status, headers: answered, body } = await agent.postToken(path, { headers });
    const issuer = `${mock.url}/${subdomain}/oauth/token`;
    expect(status).toBe(200);
    expect(answered.get("cache-control")).toBe("no-store");
    const keys = await agent.fetch(`${mock.url}/token_keys`);
    const { payload, protectedHeader } = await jwtVerify(
      String(body.access_token),
      createLocalJWKSet((await keys.json()) as JSONWebKeySet),
      { issuer },
    );
    const { clientid } = mock.destinationBinding();
    expect(protectedHeader.typ).toBe("JWT");
    expect(payload).toMatchObject({
      sub: clientid,
      client_id: clientid,
      cid: clientid,
      azp: clientid,
      aud: [clientid, "uaa"],
      scope: ["uaa.resource"],
      grant_type: "client_credentials",
      zid: tenantId,
      ext_attr: { enhancer: "XSUAA", zdn: subdomain, subaccountid: tenantId },
    });
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 43_200,
      scope: "uaa.resource",
      jti: payload.jti,
    });
    expect(mock.recorder.requests[0]).toMatchObject({
      route: "xsuaa-token",
      tenant: subdomain,
      grant: "client_credentials",
      clientId: clientid,
      issued: { fingerprint: fingerprint(String(body.access_token)) },
    });
  });

  it.each(["nowhere", "ias", "Tenant-A"])("knows no zone %s", async (subdomain) => {
    const { status, body } = await agent.postToken(subdomain);
    expect(status).toBe(404);
    expect(body).toEqual({
      error: "not_found",
      error_description: "the subdomain does not map to a valid identity zone",
    });
  });

  it("knows no zone by a subdomain in x-zid", async () => {
    const headers = { "x-zid": "tenant-a" };
    expect((await agent.postToken("/oauth/token", { headers })).status).toBe(404);
  });

  it("refuses a tenant without a subscription, until it has one", async () => {
    const { status, body } = await agent.postToken("leaver");
    expect(status).toBe(401);
    expect(body).toMatchObject({
      error: "unauthorized",
      error_description: expect.stringContaining("not subscribed"),
    });
    mock.controls.tenant("leaver").subscribed = true;
    expect((await agent.postToken("leaver")).status).toBe(200);
    mock.controls.reset();
    expect((await agent.postToken("leaver")).status).toBe(401);
  });

  it("takes the secret in Basic as it is, or percent-encoded if the header says so", async () => {
    const { clientid, clientsecret = "" } = mock.destinationBinding();
    const id = encodeURIComponent(clientid);
    const secret = encodeURIComponent(clientsecret);
    const encoded = { "X-CF-ENCODED-CREDENTIALS": "true" };
    const statuses = [
      basic(clientid, clientsecret),
      { ...basic(id, secret), ...encoded },
      basic(id, secret),
      { ...basic(clientid, clientsecret), ...encoded },
      basic(clientid, `${clientsecret}x`),
      { ...basic("%", "%"), ...encoded },
      { Authorization: "Basic ???" },
      { Authorization: "Bearer x" },
    ].map(
      async (headers) => (await agent.postToken("tenant-a", { form: grantForm, headers })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 401, 401, 401, 401, 401, 401]);
  });

  it.each([
    ["a wrong secret", { client_secret: "wrong" }],
    ["no secret", { client_secret: "" }],
    ["an unknown client", { client_id: "mock-agent" }],
    ["no client", { client_id: "" }],
  ])("refuses %s", async (_what, wrong) => {
    const form = { ...agent.serviceTokenForm(), ...wrong };
    const { status, body } = await agent.postToken("tenant-a", { form });
    expect(status).toBe(401);
    expect(body).toEqual({ error: "unauthorized", error_description: "Bad credentials" });
  });

  it.each([
    ["unsupported_grant_type", { grant_type: "password" }],
    ["invalid_request", { grant_type: "" }],
  ])("responds with %s to %j", async (error, wrong) => {
    const form = { ...agent.serviceTokenForm(), ...wrong };
    const { status, body } = await agent.postToken("tenant-a", { form });
    expect([status, body.error]).toEqual([400, error]);
  });

  it("records no secret, of the form or of Basic", async () => {
    const { clientid, clientsecret = "" } = mock.destinationBinding();
    await agent.postToken("tenant-a");
    await agent.postToken("tenant-a", { form: grantForm, headers: basic(clientid, clientsecret) });
    const record = JSON.stringify(mock.recorder.requests);
    expect(mock.recorder.count({ status: 200 })).toBe(2);
    expect(record).not.toContain(JSON.stringify(clientsecret).slice(1, -1));
    expect(record).not.toContain(Buffer.from(`${clientid}:${clientsecret}`).toString("base64"));
  });

  it("takes POST only", async () => {
    expect((await agent.fetch(`${mock.url}/tenant-a/oauth/token`)).status).toBe(405);
  });

  it("passes 429 with Retry-After on, for one tenant", async () => {
    const fault = { status: 429, headers: { "Retry-After": "3" } };
    mock.controls.failNext(fault, { route: "xsuaa-token", tenant: "tenant-a" });
    expect((await agent.postToken("provider-zone")).status).toBe(200);
    const refused = await agent.postToken("tenant-a");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "3"]);
    expect((await agent.postToken("tenant-a")).status).toBe(200);
  });

  it("issues for the lifetime that is set", async () => {
    mock.controls.serviceTokenLifetimeMs = 60_000;
    expect((await agent.postToken("tenant-a")).body.expires_in).toBe(60);
  });

  it("has a discovery document per zone", async () => {
    const { url, certurl } = mock.destinationBinding({ x509: mock.clientCertificate });
    expect(certurl).toBe(url);
    const response = await agent.fetch(`${url}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      token_endpoint: `${url}/oauth/token`,
      mtls_endpoint_aliases: { token_endpoint: `${certurl}/oauth/token` },
      jwks_uri: `${mock.url}/token_keys`,
    });
  });
});

describe("an X.509 binding", () => {
  const certificateForm = () => ({ ...grantForm, client_id: mock.destinationBinding().clientid });

  it("needs no secret, and may be renewed", async () => {
    for (let i = 0; i < 2; i++) {
      const pair = await mock.issueDestinationCertificate();
      await using holder = new LobAgent(mock, pair);
      const { status } = await holder.postToken("tenant-a", { form: certificateForm() });
      expect(status).toBe(200);
    }
    const thumbprints = mock.recorder.requests.map(({ tls }) => tls.clientCertificate);
    expect(new Set(thumbprints).size).toBe(2);
    expect(thumbprints).not.toContain(undefined);
  });

  it.each([
    ["expired", () => mock.issueDestinationCertificate({ notAfter: Date.now() - 1_000 })],
    ["not issued here", () => mock.issueDestinationCertificate({ rogue: true })],
    ["another client's", () => mock.issueClientCertificate()],
  ])("is refused if its certificate is %s", async (_what, issue) => {
    await using holder = new LobAgent(mock, await issue());
    const { status, body } = await holder.postToken("tenant-a", { form: certificateForm() });
    expect([status, body.error]).toEqual([401, "unauthorized"]);
  });

  it("does not make up for a wrong secret", async () => {
    await using holder = new LobAgent(mock, await mock.issueDestinationCertificate());
    const form = { ...certificateForm(), client_secret: "wrong" };
    expect((await holder.postToken("tenant-a", { form })).status).toBe(401);
  });
});
