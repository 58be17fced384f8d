import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

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

const tenantOf = (subdomain: string) => {
  const tenant = mock.tenants.find((candidate) => candidate.subdomain === subdomain);
  if (tenant === undefined) throw new Error(`No tenant ${subdomain}`);
  return tenant;
};

async function ping(url: string, token: string): Promise<number> {
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
  };
  const initialize = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize });
  const response = await agent.fetch(url, { method: "POST", headers, body });
  await response.text();
  return response.status;
}

describe("tenants", () => {
  it.each(["tenant-a", "tenant-b"])(
    "lead from a binding to the MCP servers of %s",
    async (name) => {
      const tenant = tenantOf(name);
      const { token, url } = await agent.gatewayToken(name);
      expect(url).toBe(tenant.gatewayUrl);
      expect(decodeJwt(token)).toMatchObject({
        iss: tenant.issuer,
        app_tid: tenant.tenantId,
        sub: mock.lobClientId,
        aud: "mock-agent-gateway",
        sap_id_type: "app",
      });
      const servers = await agent.listFragments(name, "agw.mcp.server");
      expect(servers.map(({ URL }) => URL)).toEqual(tenant.mcpServers.map((server) => server.url));
      for (const { URL = "" } of servers) expect(await ping(URL, token)).toBe(200);
    },
  );

  it("make a user's token of a user's token", async () => {
    const alice = await mock.userToken({ sub: "alice", tenant: "tenant-a" });
    const { token } = await agent.gatewayToken("tenant-a", alice);
    expect(decodeJwt(token)).toMatchObject({ sub: "alice", app_tid: "tenant-a-id" });
    expect(mock.recorder.count({ route: "destination", subject: "alice" })).toBe(1);
  });

  it("refuse the tokens of one another", async () => {
    const { token } = await agent.gatewayToken("tenant-a");
    const [server] = tenantOf("tenant-b").mcpServers;
    expect(await ping(server?.url ?? "", token)).toBe(401);
    expect(mock.recorder.requests.at(-1)).toMatchObject({
      tenant: "tenant-b",
      error: "invalid_token",
    });
    for (const { url } of mock.mcpServers) expect(await ping(url, token)).toBe(401);
  });

  it("refuse one another's opaque tokens", async () => {
    mock.controls.tenant("tenant-a").authTokens = { format: "opaque" };
    const { token } = await agent.gatewayToken("tenant-a");
    expect(() => decodeJwt(token)).toThrow();
    const [own, foreign] = ["tenant-a", "tenant-b"].map((name) => tenantOf(name).mcpServers[0]);
    expect(await ping(own?.url ?? "", token)).toBe(200);
    expect(await ping(foreign?.url ?? "", token)).toBe(401);
  });

  it("refuse one another's users", async () => {
    const bob = await mock.userToken({ sub: "bob", tenant: "tenant-b" });
    const [fragment] = await agent.listFragments("tenant-a", "subscriber.ias.user");
    const { status } = await agent.consume("tenant-a", {
      "X-fragment-name": `${fragment?.FragmentName}@instance`,
      "X-user-token": bob,
    });
    // The user token decides the tenant, and tenant-b has no fragment of that name.
    expect(status).toBe(404);
  });

  it("have issuers with metadata and keys of their own", async () => {
    const { issuer, tokenEndpoint } = tenantOf("tenant-a");
    const inserted = `${mock.url}/.well-known/oauth-authorization-server/ias/tenant-a`;
    for (const url of [`${issuer}/.well-known/openid-configuration`, inserted]) {
      const response = await agent.fetch(url);
      const document = (await response.json()) as { jwks_uri: string };
      expect(document).toMatchObject({ issuer, token_endpoint: tokenEndpoint });
      expect((await agent.fetch(document.jwks_uri)).status).toBe(200);
    }
    expect(mock.recorder.requests.map(({ route, tenant }) => [route, tenant])).toEqual([
      ["authorization-server-metadata", "tenant-a"],
      ["jwks", "tenant-a"],
      ["authorization-server-metadata", "tenant-a"],
      ["jwks", "tenant-a"],
    ]);
  });

  it("tell at the gateway who issues tokens for their servers", async () => {
    const { issuer, mcpServers } = tenantOf("tenant-b");
    const { origin, pathname } = new URL(mcpServers[0]?.url ?? "");
    const response = await agent.fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
    expect(await response.json()).toMatchObject({
      resource: mcpServers[0]?.url,
      authorization_servers: [issuer],
    });
  });

  it("do not know the clients of one another's identity tenants", async () => {
    await using customer = new TestAgent(mock);
    const body = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
    const { tokenEndpoint } = tenantOf("tenant-a");
    const response = await customer.fetch(tokenEndpoint, { method: "POST", body });
    expect(await response.json()).toMatchObject({ error: "invalid_client" });
    expect(mock.recorder.requests[0]).toMatchObject({ route: "token", tenant: "tenant-a" });
  });

  it("sign in users that are known there only", async () => {
    await expect(mock.userToken({ sub: "x", tenant: "nobody" })).rejects.toThrow('"nobody"');
    expect(decodeJwt(await mock.userToken({ sub: "x", tenant: "tenant-a" }))).toMatchObject({
      iss: tenantOf("tenant-a").issuer,
      aud: mock.lobClientId,
      app_tid: "tenant-a-id",
    });
  });

  it("record each request with its route and tenant", async () => {
    await agent.serviceToken("tenant-a");
    mock.recorder.clear();
    await agent.gatewayToken("tenant-a");
    const routes = mock.recorder.requests.map(({ route, tenant }) => [route, tenant]);
    expect(routes).toEqual([
      ["xsuaa-token", "tenant-a"],
      ["fragments", "tenant-a"],
      ["xsuaa-token", "tenant-a"],
      ["destination", "tenant-a"],
    ]);
    expect(mock.recorder.count({ route: "fragments", tenant: "tenant-b" })).toBe(0);
  });
});
