import { X509Certificate } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import { fingerprint } from "../oauth/fingerprint.ts";

let mock: MockSts;
let agent: LobAgent;
beforeAll(async () => {
  mock = await startMockSts();
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

const systemFragment = "sap-managed-runtime-agw-subscriber-ias-tenant-a";
const userFragment = "sap-managed-runtime-agw-subscriber-ias-user-tenant-a";
const system = { "X-fragment-name": `${systemFragment}@instance` };
const user = (token: string) => ({
  "X-fragment-name": `${userFragment}@instance`,
  "X-user-token": token,
});
const notFound = "Configuration with the specified name was not found";

/** Calls a path of the service as a tenant and reads JSON. */
async function call(path: string, headers: Record<string, string> = {}, tenant = "tenant-a") {
  const response = await agent.callService(tenant, path, { headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe("a consumed destination", () => {
  it("is the provider's with the subscription's fragment over it, and a token of the merged one", async () => {
    const { status, body } = await agent.consume("tenant-a", system);
    const [tenant] = mock.tenants.filter(({ subdomain }) => subdomain === "tenant-a");
    expect(status).toBe(200);
    expect(body.destinationConfiguration).toEqual({
      Name: mock.iasDestination,
      Type: "HTTP",
      ProxyType: "Internet",
      Authentication: "OAuth2ClientCredentials",
      URL: tenant?.gatewayUrl,
      FragmentName: systemFragment,
      clientId: mock.lobClientId,
      tokenServiceURL: tenant?.tokenEndpoint,
      tokenServiceURLType: "Dedicated",
      "tokenService.KeyStoreLocation": "sap-managed-runtime-ias.pem",
      "tokenService.body.resource": "urn:sap:identity:application:provider:name:agent-gateway",
    });
    const token = body.authTokens?.[0]?.value ?? "";
    expect(body).toEqual({
      destinationConfiguration: expect.anything(),
      authTokens: [
        {
          type: "Bearer",
          value: token,
          expires_in: "3600",
          http_header: { key: "Authorization", value: `Bearer ${token}` },
        },
      ],
    });
    expect(decodeJwt(token)).not.toHaveProperty("cnf");
    expect(mock.recorder.requests.at(-1)).toMatchObject({
      route: "destination",
      tenant: "tenant-a",
      headers: { "x-fragment-name": `${systemFragment}@instance` },
      issued: { fingerprint: fingerprint(token) },
    });
  });

  it("gets its token within the process: the recorder has no request for it", async () => {
    await agent.consume("tenant-a", system);
    expect(mock.recorder.requests.map(({ route }) => route)).toEqual([
      "xsuaa-token",
      "destination",
    ]);
  });

  it("has its token for the lifetime that is set, or says what it is told to", async () => {
    mock.controls.tokenLifetimeMs = 90_000;
    expect((await agent.consume("tenant-a", system)).body.authTokens?.[0]?.expires_in).toBe("90");
    mock.controls.tenant("tenant-a").authTokens = { expiresIn: "7" };
    expect((await agent.consume("tenant-a", system)).body.authTokens?.[0]?.expires_in).toBe("7");
  });

  it("without a fragment is the provider's own", async () => {
    const { body } = await agent.consume("tenant-a", {});
    expect(body.destinationConfiguration).not.toHaveProperty("FragmentName");
    expect(decodeJwt(body.authTokens?.[0]?.value ?? "")).toMatchObject({ app_tid: "mock-tenant" });
  });

  it("shows what token retrieval would need where it is skipped, unless credentials are too", async () => {
    const { body } = await agent.consume("provider-zone", {}, "?$skipTokenRetrieval=true");
    expect(body).not.toHaveProperty("authTokens");
    expect(body.destinationConfiguration.clientId).toBe(mock.lobClientId);
    const [keyStore] = body.certificates ?? [];
    const pem = Buffer.from(keyStore?.Content ?? "", "base64").toString();
    expect(new X509Certificate(pem).subject).toContain(`CN=${mock.lobClientId}`);
    expect(pem).toContain("PRIVATE KEY");
    const both = "?$skipTokenRetrieval=true&$skipCredentials=true";
    const bare = await agent.consume("provider-zone", {}, both);
    expect(bare.body).toEqual({ destinationConfiguration: body.destinationConfiguration });
  });

  it("leaves out secrets where credentials are skipped, and keeps them otherwise", async () => {
    const properties = { clientSecret: "s", Password: "p", User: "u" };
    mock.controls.tenant("tenant-a").putDestination({ name: "own", properties });
    const path = "/v2/destinations/own@subaccount?$skipTokenRetrieval=true";
    expect((await call(path)).body.destinationConfiguration).toMatchObject(properties);
    const { body } = await call(`${path}&$skipCredentials=true`);
    expect(body.destinationConfiguration).toEqual({ Name: "own", Type: "HTTP", User: "u" });
  });

  it("names its owners on request", async () => {
    const { body } = await agent.consume("tenant-a", system, "?$includeMetadata=owner");
    expect(body.destinationConfiguration.$metadata).toEqual({
      owner: {
        destinations: [
          { Name: mock.iasDestination, SubaccountId: "mock-tenant", InstanceId: null },
        ],
        certificates: [],
        fragments: [
          {
            FragmentName: systemFragment,
            SubaccountId: "tenant-a-id",
            InstanceId: "tenant-a-id-instance",
          },
        ],
      },
    });
  });

  it.each([
    ["an unknown name", "/v2/destinations/nobody@provider_subaccount"],
    [
      "another level of its own name",
      "/v2/destinations/sap-managed-runtime-ias-eu10@provider_instance",
    ],
    ["no level, which is instance", "/v2/destinations/sap-managed-runtime-ias-eu10"],
    ["the subscriber's subaccount", "/v2/destinations/sap-managed-runtime-ias-eu10@subaccount"],
  ])("is not found under %s", async (_what, path) => {
    const { status, body } = await call(path);
    expect([status, body]).toEqual([404, { ErrorMessage: notFound }]);
  });

  it("is searched at the provider's own subaccount for the provider", async () => {
    const path = `/v2/destinations/${mock.iasDestination}@subaccount`;
    expect((await call(path, {}, "provider-zone")).status).toBe(200);
  });

  it("may have an @ in its name", async () => {
    const { controls } = mock;
    controls.tenant("tenant-a").putDestination({ name: "a@b", properties: {}, level: "instance" });
    expect((await call("/v2/destinations/a@b@instance")).status).toBe(200);
    expect((await call("/v2/destinations/a@b")).status).toBe(400);
  });

  it.each<[string, Record<string, string>]>([
    [
      "X-tenant together with X-user-token",
      { ...system, "X-user-token": "x", "X-tenant": "tenant-a" },
    ],
    ["X-tenant for a dedicated token service", { ...system, "X-tenant": "tenant-a" }],
    ["an unknown level of the fragment", { "X-fragment-name": `${systemFragment}@tenant` }],
    [
      "the fragment at the subscriber's subaccount",
      { "X-fragment-name": `${systemFragment}@subaccount` },
    ],
    ["X-fragment-optional that is not true or false", { ...system, "X-fragment-optional": "yes" }],
    [
      "X-fragment-optional for several",
      { "X-fragment-name": "a@instance,b@instance", "X-fragment-optional": "true" },
    ],
  ])("is refused with 400: %s", async (_what, headers) => {
    const { status, body } = await agent.consume("tenant-a", headers);
    expect([status, body]).toEqual([400, { ErrorMessage: expect.any(String) }]);
  });

  it("may be mixed with any level by the provider", async () => {
    const provider = mock.controls.tenant("provider-zone");
    provider.putFragment({ name: "own", properties: { URL: "https://own.example" } });
    const path = `/v2/destinations/${mock.iasDestination}@subaccount`;
    const { body } = await call(path, { "X-fragment-name": "own@instance" }, "provider-zone");
    expect(body.destinationConfiguration.URL).toBe("https://own.example");
  });
});

describe("a fragment", () => {
  it("is looked for at the destination's level unless it has one", async () => {
    const { status, body } = await agent.consume("tenant-a", { "X-fragment-name": systemFragment });
    expect([status, body]).toEqual([
      404,
      { ErrorMessage: "Destination fragment with the specified name was not found" },
    ]);
  });

  it("may be missing if it is optional", async () => {
    const headers = { "X-fragment-name": "nobody@instance", "X-fragment-optional": "true" };
    const { status, body } = await agent.consume("tenant-a", headers);
    expect(status).toBe(200);
    expect(body.destinationConfiguration).not.toHaveProperty("FragmentName");
  });

  it("wins over the one before it where there are several", async () => {
    const { putFragment } = mock.controls.tenant("tenant-a");
    putFragment({ name: "first", properties: { URL: "https://first.example", a: "1" } });
    putFragment({ name: "second", properties: { URL: "https://second.example" } });
    const headers = { "X-fragment-name": "first@instance, second@instance" };
    const { body } = await agent.consume("tenant-a", headers, "?$skipTokenRetrieval=true");
    expect(body.destinationConfiguration).toMatchObject({
      URL: "https://second.example",
      a: "1",
      FragmentName: "first,second",
    });
  });
});

describe("token retrieval", () => {
  it("sends the user's token as an assertion", async () => {
    const token = await mock.userToken({ sub: "alice", tenant: "tenant-a" });
    const { body } = await agent.consume("tenant-a", user(token));
    expect(decodeJwt(body.authTokens?.[0]?.value ?? "")).toMatchObject({
      sub: "alice",
      sap_id_type: "user",
      app_tid: "tenant-a-id",
    });
    const request = mock.recorder.requests.at(-1);
    expect(request?.userToken).toMatchObject({ fingerprint: fingerprint(token) });
    expect(JSON.stringify(mock.recorder.requests)).not.toContain(token);
  });

  it.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    [
      "no user token",
      async () => ({ "X-fragment-name": user("")["X-fragment-name"] }),
      /X-user-token/,
    ],
    ["an empty user token", async () => user(""), /X-user-token/],
    ["a user token that is not a JWT", async () => user("nonsense"), /invalid_grant/],
    [
      "an expired user token",
      async () => user(await mock.userToken({ sub: "a", tenant: "tenant-a", expiresInMs: 0 })),
      /invalid_grant.*expired/,
    ],
    [
      "a user token for another client",
      async () => user(await mock.userToken({ sub: "a", tenant: "tenant-a", clientId: "x" })),
      /invalid_grant.*aud/,
    ],
  ])(
    "responds to %s with an item that holds an error, and status 200",
    async (_what, headers, error) => {
      const { status, body } = await agent.consume("tenant-a", await headers());
      expect(status).toBe(200);
      expect(body.authTokens).toEqual([
        { type: "", value: "", expires_in: "0", error: expect.stringMatching(error) },
      ]);
    },
  );

  it("ignores a user token with the signature of another issuer", async () => {
    await using stranger = await startMockSts();
    const issuer = `${mock.url}/ias/tenant-a`;
    const forged = await stranger.userToken({
      sub: "eve",
      tenant: "tenant-a",
      claims: { iss: issuer },
    });
    const { body } = await agent.consume("tenant-a", user(forged));
    expect(body.authTokens).toMatchObject([{ value: "", error: expect.stringContaining("key") }]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["the client", { clientId: "nobody" }, /invalid_client/],
    [
      "the key store",
      { "tokenService.KeyStoreLocation": undefined },
      /invalid_client.*certificate/,
    ],
    ["the resource", { "tokenService.body.resource": "urn:x" }, /invalid_target/],
    ["the token service", { tokenServiceURL: "https://elsewhere.example/oauth2/token" }, /connect/],
    ["the kind of authentication", { Authentication: "SAMLAssertion" }, /SAMLAssertion/],
  ])("fails by an item where %s is wrong", async (_what, wrong, error) => {
    const { body: good } = await agent.consume("tenant-a", {}, "?$skipTokenRetrieval=true");
    const properties = { ...good.destinationConfiguration, Name: "own", ...wrong };
    mock.controls.tenant("provider-zone").putDestination({ name: "own", properties });
    const { status, body } = await call("/v2/destinations/own@provider_subaccount");
    expect([status, body.authTokens]).toEqual([
      200,
      [{ type: "", value: "", expires_in: "0", error: expect.stringMatching(error) }],
    ]);
  });

  it("uses a secret where the destination has one", async () => {
    await using own = await startMockSts({
      clients: [
        { clientId: "poster", authentication: "client_secret_post", clientSecret: "sentinel" },
      ],
    });
    await using holder = new LobAgent(own);
    const properties = {
      Authentication: "OAuth2ClientCredentials",
      clientId: "poster",
      clientSecret: "sentinel",
      tokenServiceURL: own.tokenEndpoint,
    };
    own.controls.tenant("provider-zone").putDestination({ name: "own", properties });
    const response = await holder.callService("provider-zone", "/v1/destinations/own");
    expect(await response.json()).toMatchObject({ authTokens: [{ type: "Bearer" }] });
    expect(JSON.stringify(own.recorder.requests)).not.toContain("sentinel");
  });

  it("puts X-tenant into the URL of a common token service", async () => {
    const { body: dedicated } = await agent.consume("tenant-a", {}, "?$skipTokenRetrieval=true");
    const properties = {
      ...dedicated.destinationConfiguration,
      Name: "common",
      tokenServiceURL: `${mock.url}/ias/{tenant}/oauth2/token`,
      tokenServiceURLType: "Common",
    };
    mock.controls.tenant("provider-zone").putDestination({ name: "common", properties });
    const path = "/v2/destinations/common@provider_subaccount";
    const { body } = await call(path, { "X-tenant": "tenant-b" });
    expect(decodeJwt(body.authTokens[0].value)).toMatchObject({ app_tid: "tenant-b-id" });
    expect((await call(path, { "X-tenant": "nowhere" })).body.authTokens[0].error).toMatch(
      /connect/,
    );
    expect((await call(path)).status).toBe(400);
  });

  it("leaves authTokens out for a destination without authentication", async () => {
    const properties = { URL: "https://open.example" };
    mock.controls.tenant("tenant-a").putDestination({ name: "open", properties });
    expect((await call("/v2/destinations/open@subaccount")).body).toEqual({
      destinationConfiguration: { Name: "open", Type: "HTTP", ...properties },
    });
  });
});

describe("a destination found by v1", () => {
  it("has an owner, and a token", async () => {
    const { body } = await call(`/v1/destinations/${mock.iasDestination}`, {}, "provider-zone");
    expect(body.owner).toEqual({ SubaccountId: "mock-tenant", InstanceId: null });
    expect(body.authTokens).toMatchObject([{ type: "Bearer" }]);
  });

  it("is the instance's where the subaccount has one of the name too", async () => {
    const { putDestination } = mock.controls.tenant("tenant-a");
    putDestination({ name: "own", properties: { URL: "https://subaccount.example" } });
    const find = async () => (await call("/v1/destinations/own")).body;
    expect((await find()).owner).toEqual({ SubaccountId: "tenant-a-id", InstanceId: null });
    putDestination({ name: "own", properties: { URL: "https://i.example" }, level: "instance" });
    expect(await find()).toMatchObject({
      owner: { SubaccountId: "tenant-a-id", InstanceId: "tenant-a-id-instance" },
      destinationConfiguration: { URL: "https://i.example" },
    });
  });

  it("is searched only in the tenant of the token, and the response has the text that SDKs look for", async () => {
    const { status, body } = await call(`/v1/destinations/${mock.iasDestination}`);
    expect([status, body]).toEqual([404, { ErrorMessage: notFound }]);
  });
});
