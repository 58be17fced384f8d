import {
  agentGatewayResource,
  type CertificatePair,
  type MockSts,
  type MockStsOptions,
} from "@agent-oauth/mock-sts";
import { createClientCertificate } from "@agent-oauth/token-endpoint";
import {
  alwaysProvider,
  alwaysSubscriber,
  getDestination,
  serviceToken,
} from "@sap-cloud-sdk/connectivity";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

/** A mock whose binding of the Destination Service is in the environment, where the SDK looks for it. */
async function openBoundMock(options?: MockStsOptions): Promise<MockSts> {
  const mock = await openTrustedMock(options);
  onTestFinished(() => void vi.unstubAllEnvs());
  bind(mock);
  return mock;
}

function bind(mock: MockSts, x509?: CertificatePair) {
  const credentials = mock.destinationBinding(x509 && { x509 });
  const service = { name: "destination", label: "destination", tags: [], credentials };
  vi.stubEnv("VCAP_SERVICES", JSON.stringify({ destination: [service] }));
}

/** A user's token as the SDK wants it: on a host without a dot it tells the tenant by a claim of XSUAA's only. */
function userTokenOf(mock: MockSts, tenant: string) {
  const claims = { ext_attr: { zdn: tenant } };
  return mock.userToken({ sub: "alice", tenant, clientId: mock.lobClientId, claims });
}

/** What the mock was asked: route, tenant and status. */
function askedOf({ recorder }: MockSts) {
  return recorder.requests.map(({ route, tenant, status }) => [route, tenant, status]);
}

/** A destination for which the service gets tokens as the agent, at the identity tenant of a URL. */
function destinationWithTokens({ lobClientId, gatewayUrl }: MockSts, tokenServiceURL: string) {
  return {
    URL: gatewayUrl,
    ProxyType: "Internet",
    clientId: lobClientId,
    tokenServiceURL,
    Authentication: "OAuth2ClientCredentials",
    "tokenService.KeyStoreLocation": "sap-managed-runtime-ias.pem",
    "tokenService.body.resource": agentGatewayResource,
  };
}

describe("@sap-cloud-sdk/connectivity as a client of the mock's XSUAA", () => {
  it("gets a service token for the provider and for each tenant, and caches them", async () => {
    const mock = await openBoundMock();
    const users = await Promise.all(["tenant-a", "tenant-b"].map((it) => userTokenOf(mock, it)));
    for (let round = 0; round < 2; round++) {
      const tokens = [await serviceToken("destination")];
      for (const jwt of users) tokens.push(await serviceToken("destination", { jwt }));
      expect(tokens.map((token) => decodeJwt(token).zid)).toEqual([
        "mock-tenant",
        "tenant-a-id",
        "tenant-b-id",
      ]);
    }
    expect(askedOf(mock)).toEqual([
      ["xsuaa-token", "provider-zone", 200],
      ["xsuaa-token", "tenant-a", 200],
      ["xsuaa-token", "tenant-b", 200],
    ]);
    expect(new Set(mock.recorder.requests.map(({ path }) => path))).toEqual(
      new Set(["/oauth/token"]),
    );
  });

  it("gets it by the certificate of an X.509 binding", async () => {
    const mock = await openBoundMock();
    const pair = await mock.issueDestinationCertificate();
    bind(mock, pair);
    expect(decodeJwt(await serviceToken("destination"))).toMatchObject({ zid: "mock-tenant" });
    const [request] = mock.recorder.requests;
    expect(request?.form).not.toHaveProperty("client_secret");
    expect(request?.tls.clientCertificate).toBe(createClientCertificate(pair).thumbprint);
  });

  it("is refused for a tenant that has not subscribed", async () => {
    const tenants = [{ subdomain: "tenant-c", subscribed: false }];
    const mock = await openBoundMock({ tenants });
    const jwt = await userTokenOf(mock, "tenant-c");
    await expect(serviceToken("destination", { jwt })).rejects.toThrow(
      "Could not fetch client credentials token",
    );
    expect(mock.recorder.count({ status: 401, error: "unauthorized" })).toBe(1);
  });

  it("is refused with a certificate of a foreign authority", async () => {
    const mock = await openBoundMock();
    bind(mock, await mock.issueDestinationCertificate({ rogue: true }));
    await expect(serviceToken("destination")).rejects.toThrow(
      "Could not fetch client credentials token",
    );
    expect(mock.recorder.count({ status: 401, error: "unauthorized" })).toBe(1);
  });
});

describe("@sap-cloud-sdk/connectivity as a client of the mock's Destination Service", () => {
  it("finds the provider's destination with a token that is good at the gateway", async () => {
    const mock = await openBoundMock();
    const found = await getDestination({
      destinationName: mock.iasDestination,
      selectionStrategy: alwaysProvider,
    });
    expect(found).toMatchObject({ url: mock.gatewayUrl, clientId: mock.lobClientId });
    const [token] = found?.authTokens ?? [];
    expect(token).toMatchObject({ type: "Bearer", expiresIn: "3600", error: null });
    expect(decodeJwt(token?.value ?? "")).toMatchObject({
      sub: mock.lobClientId,
      app_tid: "mock-tenant",
      aud: "mock-agent-gateway",
    });
    expect(askedOf(mock)).toEqual([
      ["xsuaa-token", "provider-zone", 200],
      ["destination", "provider-zone", 200],
      ["destination", "provider-zone", 200],
    ]);
  });

  it("finds a subscriber's own destination, and not that of another one", async () => {
    const mock = await openBoundMock();
    const URL = "https://orders.example";
    const properties = { URL, Authentication: "NoAuthentication", ProxyType: "Internet" };
    mock.controls.tenant("tenant-a").putDestination({ name: "orders", properties });
    const find = async (tenant: string) =>
      getDestination({
        destinationName: "orders",
        selectionStrategy: alwaysSubscriber,
        jwt: await userTokenOf(mock, tenant),
      });
    expect(await find("tenant-a")).toMatchObject({ name: "orders", url: URL });
    expect(await find("tenant-b")).toBeNull();
    expect(askedOf(mock).filter(([route]) => route === "destination")).toEqual([
      ["destination", "tenant-a", 200],
      ["destination", "tenant-b", 404],
    ]);
  });

  it("gets a tenant's token of a provider's destination that is common to tenants", async () => {
    const mock = await openBoundMock();
    const properties = {
      ...destinationWithTokens(mock, `${mock.url}/ias/{tenant}/oauth2/token`),
      tokenServiceURLType: "Common",
    };
    mock.controls.tenant("provider-zone").putDestination({ name: "common", properties });
    const found = await getDestination({
      destinationName: "common",
      selectionStrategy: alwaysProvider,
      useCache: false,
      jwt: await userTokenOf(mock, "tenant-a"),
    });
    const [token] = found?.authTokens ?? [];
    expect(decodeJwt(token?.value ?? "")).toMatchObject({ app_tid: "tenant-a-id" });
    const last = mock.recorder.requests.at(-1);
    expect(last?.headers).toMatchObject({ "x-tenant": "tenant-a" });
  });

  it("gets a user's token by jwt-bearer", async () => {
    const mock = await openBoundMock();
    const properties = {
      ...destinationWithTokens(mock, mock.tokenEndpoint),
      Authentication: "OAuth2JWTBearer",
      "tokenService.body.token_format": "jwt",
      "x_user_token.jwks_uri": mock.jwksUri,
    };
    mock.controls.tenant("provider-zone").putDestination({ name: "of-users", properties });
    const found = await getDestination({
      destinationName: "of-users",
      selectionStrategy: alwaysProvider,
      useCache: false,
      jwt: await userTokenOf(mock, "provider-zone"),
    });
    const [token] = found?.authTokens ?? [];
    expect(decodeJwt(token?.value ?? "")).toMatchObject({ sub: "alice", app_tid: "mock-tenant" });
    expect(mock.recorder.requests.at(-1)?.userToken?.claims).toMatchObject({ sub: "alice" });
  });
});
