import { createAgentGatewayClient } from "@agent-oauth/client";
import {
  type CustomerFlow,
  createCustomerMtlsFlow,
  createTransparentFlow,
} from "@agent-oauth/customer-mtls";
import type { MockSts, MockStsOptions } from "@agent-oauth/mock-sts";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMock, rejection } from "../agent.test-support.ts";
import { fragmentOf, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const agents = ["orders", "travel", "cost-centers"].map((name) => ({
  name: `${name}-agent`,
  ordId: `sap.mock:agent:${name}:v1`,
  globalTenantId: "250701",
}));
const [ORDERS, TRAVEL, COST_CENTERS] = agents.map(({ ordId }) => ordId) as [string, string, string];
const mock: MockStsOptions = {
  tenants: [{ subdomain: TENANT, agents }, { subdomain: "tenant-b" }],
};

describe("listAgentCards of the line-of-business flow", () => {
  it("reads the cards of the tenant's agents, for a user and for the agent itself", async () => {
    const agent = await openLobAgent({ mock });
    const userToken = await agent.signIn("alice", TENANT);
    for (const [options, sub] of [
      [{ tenant: TENANT, userToken }, "alice"],
      [{ tenant: TENANT, system: true }, agent.mock.lobClientId],
    ] as const) {
      agent.mock.recorder.clear();
      const { cards, failures } = await agent.client.listAgentCards(options);
      expect(failures).toEqual([]);
      expect(cards.map(({ name }) => name).toSorted()).toEqual(
        agents.map(({ name }) => name).toSorted(),
      );
      const asked = agent.mock.recorder.requests.filter(({ route }) => route === "agent-card");
      expect(asked.map(({ bearer }) => bearer?.claims?.sub)).toEqual([sub, sub, sub]);
    }
    const other = await agent.client.listAgentCards({ tenant: "tenant-b", system: true });
    expect(other.cards).toMatchObject([{ name: "cost-center-agent" }]);
  });

  it.each([
    [{ ordIds: [ORDERS, TRAVEL] }, ["orders-agent", "travel-agent"], 2],
    [{ names: ["travel-agent"] }, ["travel-agent"], 3],
    [{ names: ["travel-agent"], ordIds: [ORDERS, TRAVEL] }, ["travel-agent"], 2],
    [{ names: ["travel-agent"], ordIds: [COST_CENTERS] }, [], 1],
    [{ ordIds: ["of nobody"] }, [], 0],
    [{ names: [], ordIds: [] }, agents.map(({ name }) => name), 3],
  ])("filters by %j, ids before anyone is asked", async (filter, names, asked) => {
    const agent = await openLobAgent({ mock });
    const { cards, failures } = await agent.client.listAgentCards({
      tenant: TENANT,
      system: true,
      filter,
    });
    expect(failures).toEqual([]);
    expect(cards.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(agent.mock.recorder.count({ route: "agent-card" })).toBe(asked);
  });

  it("reports an agent without a card beside the others: its fragment says there is one", async () => {
    const agent = await openLobAgent({ mock });
    agent.mock.controls.failNext({ status: 404 }, { agent: "travel-agent" });
    const { cards, failures } = await agent.client.listAgentCards({ tenant: TENANT, system: true });
    expect(cards).toHaveLength(2);
    expect(failures).toMatchObject([
      {
        ref: { name: fragmentOf(TENANT, "a2a-travel-agent"), ordId: TRAVEL },
        error: { code: "ERR_TOKEN_HTTP", status: 404 },
      },
    ]);
  });
});

type CustomerFlowMaker = (mock: MockSts) => CustomerFlow | Promise<CustomerFlow>;

const fileFlow: CustomerFlowMaker = (mock) =>
  createCustomerMtlsFlow({ credentials: mock.credentials(), ca: mock.ca, a2a: true });

const silentFlow: CustomerFlowMaker = (mock) =>
  createCustomerMtlsFlow({ credentials: mock.credentials(), ca: mock.ca });

const transparentFlow: CustomerFlowMaker = (mock) => {
  const { clientid, tokenServiceUrl, gatewayUrl, integrationDependencies } = mock.credentials();
  const env = {
    INTEGRATION_CLIENT_ID: clientid,
    INTEGRATION_AUTH_URL: tokenServiceUrl,
    INTEGRATION_GATEWAY_URL: gatewayUrl,
    INTEGRATION_DEPENDENCIES: JSON.stringify(integrationDependencies),
  };
  // The certificate that something outside of the process would present.
  const { certificate: cert, key } = mock.clientCertificate;
  const dispatcher = () => new Agent({ connect: { ca: mock.ca, cert, key } });
  return createTransparentFlow({ env, dispatcher, a2a: true });
};

/** A customer's agent, for whom there is one agent and three MCP servers behind the gateway. */
async function openCustomerAgent(makeFlow = fileFlow) {
  const mock = await openMock();
  const flow = await makeFlow(mock);
  const client = createAgentGatewayClient({ flow });
  onTestFinished(async () => {
    await client.close();
    await flow.close();
  });
  return { mock, client };
}

describe("listAgentCards of the customer flows", () => {
  it.each([
    ["a credentials file", fileFlow],
    ["transparent mode", transparentFlow],
  ])(
    "with a2a asks at each integration dependency, where 404 means that there is no agent: %s",
    async (_name, makeFlow) => {
      const { mock, client } = await openCustomerAgent(makeFlow);
      const userToken = await mock.userToken({ sub: "alice" });
      const { cards, failures } = await client.listAgentCards({ userToken });
      expect(failures).toEqual([]);
      expect(cards).toMatchObject([
        { name: "cost-center-agent", agent: { ordId: "sap.mock:apiResource:cost-center:v1" } },
      ]);
      const asked = mock.recorder.requests.filter(({ path }) => path.includes("/v1/a2a/"));
      expect(asked.map(({ status }) => status).toSorted()).toEqual([200, 404, 404]);
      expect(asked.every(({ bearer }) => bearer?.claims?.sub === "alice")).toBe(true);
    },
  );

  it("filters by id before anyone is asked", async () => {
    const { mock, client } = await openCustomerAgent();
    const filter = { ordIds: ["sap.mock:apiResource:order:v1"] };
    expect(await client.listAgentCards({ system: true, filter })).toEqual({
      cards: [],
      failures: [],
    });
    expect(mock.recorder.count({ listener: "gateway" })).toBe(1);
  });

  it("reports every other status than 404", async () => {
    const { mock, client } = await openCustomerAgent();
    mock.controls.failNext({ status: 503 }, { agent: "cost-center-agent" });
    const { cards, failures } = await client.listAgentCards({ system: true });
    expect(cards).toEqual([]);
    expect(failures).toMatchObject([{ error: { code: "ERR_TOKEN_HTTP", status: 503 } }]);
  });

  it("without a2a says that it does not know where to look, and asks nobody", async () => {
    const { mock, client } = await openCustomerAgent(silentFlow);
    const error = await rejection(client.listAgentCards({ system: true }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
    expect(String(error)).toContain('"a2a"');
    expect(mock.recorder.handshakes).toBe(0);
  });
});
