import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const secret = "s e:c/ret";
const CLIENT = { client_id: "app", client_secret: secret, grant_type: "client_credentials" };
const odd = { name: "odd", ordId: "a b:ü/c'v1", globalTenantId: "1%2" };

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [{ clientId: "app", authentication: "client_secret_post", clientSecret: secret }],
    tenants: [{ subdomain: "tenant-a" }, { subdomain: "tenant-b", mcpServers: [odd] }],
  });
  agent = new StsAgent(mock);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

/** Reads what the gateway advertises about a URL. */
async function advertised(url: string) {
  const { origin, pathname } = new URL(url);
  const path = pathname === "/" ? "" : pathname;
  const response = await agent.fetch(`${origin}/.well-known/oauth-protected-resource${path}`);
  const document = await response.json();
  return document as { resource: string; authorization_servers: string[] };
}

function tokenEndpointOf(issuer: string): string {
  const known = [...mock.tenants, mock.sts].find((it) => it.issuer === issuer);
  return known?.tokenEndpoint ?? "";
}

/** Asks the authorization server of a document for the resource of the document, or another one. */
async function follow(url: string, resource?: string) {
  const document = await advertised(url);
  const endpoint = tokenEndpointOf(document.authorization_servers[0] ?? "");
  return agent.post({ ...CLIENT, resource: resource ?? document.resource }, {}, endpoint);
}

function allTargets(): string[] {
  const ofTenants = mock.tenants.flatMap(({ mcpServers, agents }) => [...mcpServers, ...agents]);
  return [...ofTenants, ...mock.sts.mcpServers].map(({ url }) => url);
}

describe("the resource that the metadata of a protected resource names", () => {
  it("gets a token at the authorization server that it names, for every server and agent", async () => {
    expect(allTargets()).toHaveLength(11);
    for (const url of allTargets()) {
      const { status, token } = await follow(url);
      expect([url, status]).toEqual([url, 200]);
      const init = { method: "POST", headers: { Authorization: `Bearer ${token}` }, body: "{}" };
      expect((await agent.fetch(url, init)).status).not.toBe(401);
    }
  });

  it("is accepted as a URL parser writes it, and in another spelling of the path", async () => {
    const [server] = mock.mcpServers;
    const url = server?.url ?? "";
    expect((await follow(mock.gatewayUrl)).status).toBe(200);
    expect((await follow(mock.gatewayUrl, `${mock.gatewayUrl}/`)).status).toBe(200);
    expect((await follow(url, url.replaceAll(":apiResource", "%3AapiResource"))).status).toBe(200);
  });

  it("is refused if it is another tenant's, of another server, or unknown", async () => {
    const own = mock.mcpServers[0]?.url ?? "";
    const ofTenant = mock.tenants[1]?.mcpServers[0]?.url ?? "";
    const ofSts = mock.sts.mcpServers[0]?.url ?? "";
    const refused = [
      ofTenant,
      ofSts,
      `${own}/`,
      `${own}x`,
      `${own}?a=1`,
      `${own}#a`,
      own.replace("https", "http"),
      own.replace("localhost", "localhost.example"),
      own.replace(mock.gatewayUrl, `${mock.gatewayUrl}1`),
      own.replace("https://", "https://a@"),
      mock.url,
      `${mock.gatewayUrl}/tenant-a`,
    ];
    for (const resource of refused) {
      const { status, body } = await follow(own, resource);
      expect([resource, status, body.error]).toEqual([resource, 400, "invalid_target"]);
    }
    expect((await follow(ofTenant, own)).body.error).toBe("invalid_target");
  });

  it("leaves the customer's agent unknown to the subscribers", async () => {
    const [, tenant] = mock.tenants;
    const form = { ...CLIENT, client_id: mock.clientId, client_secret: undefined };
    const { status, body } = await agent.post(form, {}, tenant?.tokenEndpoint);
    expect([status, body.error_description]).toEqual([401, "the client is unknown"]);
  });
});
