import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestAgent } from "../../test-support/agent.ts";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let lob: LobAgent;
let customer: TestAgent;
beforeAll(async () => {
  const agent = { name: "poet", ordId: "sap.x:agent:poet/1:v1", globalTenantId: "1" };
  mock = await startMockSts({
    agents: [
      { ...agent, card: { version: "7", skills: undefined } },
      { ...agent, name: "singer", globalTenantId: "2" },
    ],
  });
  lob = new LobAgent(mock);
  customer = new TestAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await lob[Symbol.asyncDispose]();
  await customer[Symbol.asyncDispose]();
  await mock.close();
});

const agentsOf = (tenant: string) =>
  mock.tenants.find(({ subdomain }) => subdomain === tenant)?.agents ?? [];

async function readCard(url: string, token?: string, method = "GET") {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const response = await lob.fetch(`${url}/.well-known/agent-card.json`, { headers, method });
  const text = await response.text();
  return { status: response.status, card: text.startsWith("{") ? JSON.parse(text) : text };
}

describe("agent cards", () => {
  it("say what versions 0.3 and 1.0 of A2A ask for", async () => {
    const { token } = await lob.gatewayToken("tenant-a");
    const [agent] = agentsOf("tenant-a");
    const { status, card } = await readCard(agent?.url ?? "", token);
    expect(status).toBe(200);
    expect(card).toMatchObject({
      name: "cost-center-agent",
      url: agent?.url,
      protocolVersion: "0.3.0",
      preferredTransport: "JSONRPC",
      supportedInterfaces: [{ url: agent?.url, protocolBinding: "JSONRPC" }],
      skills: [{ id: "answer" }],
    });
    expect(mock.recorder.count({ route: "agent-card", agent: card.name, tenant: "tenant-a" })).toBe(
      1,
    );
  });

  it("are where the fragments say", async () => {
    const { token } = await lob.gatewayToken("tenant-a");
    const [fragment] = await lob.listFragments("tenant-a", "agw.a2a.server");
    expect((await readCard(fragment?.URL ?? "", token)).status).toBe(200);
  });

  it("are by default at the first of the customer's integration dependencies only", async () => {
    await using other = await startMockSts();
    await using agent = new TestAgent(other);
    const { token } = await agent.requestToken();
    const { gatewayUrl, integrationDependencies } = other.credentials();
    const statuses = integrationDependencies.map(async ({ ordId, globalTenantId }) => {
      const url = `${gatewayUrl}/v1/a2a/${ordId}/${globalTenantId}/.well-known/agent-card.json`;
      return (await agent.fetch(url, { headers: { Authorization: `Bearer ${token}` } })).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 404, 404]);
  });

  it("have the fields they are told to have, at an id that needs encoding", async () => {
    const { token } = await customer.requestToken();
    const [poet, singer] = agentsOf("provider-zone");
    expect(poet?.url).toBe(`${mock.gatewayUrl}/v1/a2a/sap.x:agent:poet%2F1:v1/1`);
    const { card } = await readCard(poet?.url ?? "", token);
    expect(card).toMatchObject({ name: "poet", version: "7" });
    expect(card).not.toHaveProperty("skills");
    const encoded = singer?.url.replaceAll(":agent", "%3Aagent") ?? "";
    expect((await readCard(encoded, token)).card.name).toBe("singer");
  });

  it("need a token of their own tenant", async () => {
    const { token } = await lob.gatewayToken("tenant-b");
    const [agent] = agentsOf("tenant-a");
    expect((await readCard(agent?.url ?? "")).status).toBe(401);
    expect((await readCard(agent?.url ?? "", token)).status).toBe(401);
    expect(mock.recorder.requests.at(-1)?.error).toBe("invalid_token");
  });

  it("can refuse every token by name", async () => {
    const { token } = await customer.requestToken();
    mock.controls.alwaysUnauthorized = ["poet"];
    const statuses = agentsOf("provider-zone").map(
      async ({ url }) => (await readCard(url, token)).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 200]);
  });

  it("are read only, and only where there are any", async () => {
    const { token } = await customer.requestToken();
    const [poet] = agentsOf("provider-zone");
    expect((await readCard(poet?.url ?? "", token, "POST")).status).toBe(405);
    const headers = { Authorization: `Bearer ${token}` };
    const gotten = await lob.fetch(poet?.url ?? "", { headers });
    expect([gotten.status, gotten.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await readCard(`${mock.gatewayUrl}/v1/a2a/nobody/1`, token)).status).toBe(404);
    expect((await readCard(`${mock.gatewayUrl}/v1/a2a/%ff/1`, token)).status).toBe(404);
  });
});
