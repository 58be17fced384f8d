import { createAgentGatewayClient } from "@agent-oauth/client";
import {
  agentGatewayResource,
  fingerprint,
  type MockSts,
  type NewConfiguration,
} from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMock, rejection } from "../agent.test-support.ts";
import { fragmentOf, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const IAS = fragmentOf(TENANT, "ias");
const ORDERS = fragmentOf(TENANT, "mcp-orders");

async function openSignedInAgent(options?: Parameters<typeof openLobAgent>[0]) {
  const agent = await openLobAgent(options);
  const userToken = await agent.signIn("alice", TENANT);
  const ask = { tenant: TENANT, userToken };
  return { ...agent, ask, controls: agent.mock.controls.tenant(TENANT) };
}

describe("a fragment with a URL on a foreign host", () => {
  it("gets no token there, neither for tools nor for cards", async () => {
    const elsewhere = await openMock();
    const { client, flow, ask, controls, mock } = await openSignedInAgent({ trusts: [elsewhere] });
    const [server, agent] = [elsewhere.mcpServers[0], elsewhere.tenants[0]?.agents[0]];
    controls.changeFragment(ORDERS, { URL: server?.url });
    controls.changeFragment(fragmentOf(TENANT, "a2a-cost-center-agent"), { URL: agent?.url });

    const { tools, failures } = await client.listMcpTools(ask);
    expect(new Set(tools.map(({ serverName }) => serverName))).toEqual(new Set(["cost-centers"]));
    expect(failures).toMatchObject([
      { ref: { name: ORDERS }, error: { code: "ERR_TOKEN_ORIGIN", retryable: false } },
    ]);
    const ref = { name: ORDERS, url: server?.url ?? "" };
    const calls: readonly Promise<unknown>[] = [
      client.callMcpTool({ name: "whoami", server: ref }, {}, ask),
      client.callMcpTool({ name: "whoami", server: ref }, {}, { tenant: TENANT, system: true }),
      client.listAgentCards(ask),
    ];
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_ORIGIN", retryable: false });
      expect(String(error)).toContain(elsewhere.gatewayUrl);
    }
    expect([elsewhere.recorder.count(), elsewhere.recorder.handshakes]).toEqual([0, 0]);

    // With its origin allowed the same call arrives: the host was there to be asked.
    const trusting = createAgentGatewayClient({ flow, allowOrigins: [elsewhere.gatewayUrl] });
    onTestFinished(() => trusting.close());
    await rejection(trusting.callMcpTool({ name: "whoami", server: ref }, {}, ask));
    const seen = elsewhere.recorder.requests.map(({ bearer }) => bearer?.fingerprint);
    expect(seen).toContain(
      fingerprint((await client.getUserAuth(ask.userToken, { tenant: ask.tenant })).token),
    );
    expect(mock.recorder.count({ route: "mcp", mcpServer: "orders" })).toBe(0);
  });

  it("gets none over plain http either, not even on the gateway's host", async () => {
    const { client, ask, controls, mock } = await openSignedInAgent();
    const url = mock.tenants.find(({ subdomain }) => subdomain === TENANT)?.mcpServers[1]?.url;
    controls.changeFragment(ORDERS, { URL: url?.replace("https:", "http:") });
    const { failures } = await client.listMcpTools(ask);
    expect(failures).toMatchObject([
      { ref: { name: ORDERS }, error: { code: "ERR_TOKEN_CONFIG" } },
    ]);
    expect(String(failures[0]?.error)).toMatch(/must be https:/);
    expect(mock.recorder.count({ mcpServer: "orders" })).toBe(0);
  });
});

describe("a fragment's URL", () => {
  it.each([
    ["blank", { URL: " \t" }],
    ["missing", { URL: undefined }],
    ["no text", { URL: 4711 }],
  ])("that is %s costs its server only, which is reported", async (_what, properties) => {
    const { client, ask, controls } = await openSignedInAgent();
    controls.changeFragment(ORDERS, properties);
    const { tools, failures } = await client.listMcpTools(ask);
    expect(tools).toHaveLength(5);
    expect(failures).toMatchObject([
      { ref: { name: ORDERS, url: "" }, error: { code: "ERR_TOKEN_CONFIG", retryable: false } },
    ]);
    expect(String(failures[0]?.error)).toBe(
      `TokenError: Cannot use the fragment "${ORDERS}" of tenant "${TENANT}": it has no URL`,
    );
  });

  it.each([" ", "/", "no URL", "http://localhost/gateway", "https://user:sentinel@localhost/x"])(
    "%j as a gateway's yields no token",
    async (URL) => {
      const { client, controls, mock } = await openSignedInAgent();
      controls.changeFragment(IAS, { URL });
      const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", retryable: false });
      for (const name of [TENANT, mock.iasDestination, IAS]) {
        expect(String(error)).toContain(JSON.stringify(name));
      }
      expect(String(error)).toMatch(/gateway/);
      expect(String(error)).not.toContain("sentinel");
    },
  );

  it("is found whatever the case of its key, the name too", async () => {
    const { client, ask, controls, mock } = await openSignedInAgent();
    // Merged over a destination that has a URL of its own, a fragment's key of another case would be a second one.
    mock.controls.tenant("provider-zone").putDestination(destinationWithoutUrl(mock));
    for (const [key, name] of [
      ["url", IAS],
      ["uRL", fragmentOf(TENANT, "ias-user")],
      ["Url", ORDERS],
      ["url", fragmentOf(TENANT, "mcp-cost-centers")],
    ] as const) {
      const found = controls.fragments.find((fragment) => fragment.name === name);
      controls.changeFragment(name, {
        [key]: found?.properties.URL,
        URL: undefined,
        fragmentname: name,
        FragmentName: undefined,
      });
    }
    const gatewayUrl = `${mock.gatewayUrl}/${TENANT}`;
    const tenant = TENANT;
    expect(await client.getSystemAuth({ tenant })).toMatchObject({ gatewayUrl });
    expect(await client.getUserAuth(ask.userToken, { tenant })).toMatchObject({ gatewayUrl });
    const { tools, failures } = await client.listMcpTools(ask);
    expect(failures).toEqual([]);
    expect(tools).toHaveLength(10);
  });
});

describe("a list of fragments", () => {
  it("with one that has no name is refused as a whole", async () => {
    const { client, controls, mock, ask } = await openSignedInAgent();
    controls.changeFragment(IAS, { FragmentName: undefined });
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    for (const name of [`"${TENANT}"`, `"${mock.iasDestination}"`, "subscriber.ias"]) {
      expect(String(error)).toContain(name);
    }
    expect(String(error)).toContain("FragmentName");
    controls.changeFragment(ORDERS, { FragmentName: " " });
    expect(String(await rejection(client.listMcpTools(ask)))).toContain("FragmentName");
  });

  it.each(["html", "truncated-json", "empty"] as const)(
    "that is no JSON is refused, and not shown: %s",
    async (breakage) => {
      const { client, mock } = await openSignedInAgent();
      mock.controls.breakNext(breakage, { route: "fragments" });
      const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", status: 200, retryable: false });
      expect(String(error)).toMatch(/"tenant-a".*is not a JSON list of fragments/);
      expect(String(error)).not.toMatch(/<|html|FragmentName":/i);
      expect(mock.recorder.count({ route: "destination" })).toBe(0);
    },
  );

  it("with two that may be meant names both, and none is taken", async () => {
    const { client, controls, mock } = await openSignedInAgent();
    const properties = { URL: mock.gatewayUrl };
    controls.putFragment({ name: "another", type: "subscriber.ias", properties });
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", retryable: false });
    expect(String(error)).toContain(`there are 2 of them: "another", "${IAS}"`);
    expect(mock.recorder.count({ route: "destination" })).toBe(0);

    controls.removeFragment("another");
    // A failure that no wait mends is remembered for a second.
    client.clearTokenCache();
    expect(await client.getSystemAuth({ tenant: TENANT })).toHaveProperty("gatewayUrl");
  });
});

/** The destination that a mock has at its provider, with everything but a URL. */
function destinationWithoutUrl({ iasDestination, lobClientId }: MockSts): NewConfiguration {
  return {
    name: iasDestination,
    properties: {
      Authentication: "OAuth2ClientCredentials",
      clientId: lobClientId,
      tokenServiceURLType: "Dedicated",
      "tokenService.KeyStoreLocation": "sap-managed-runtime-ias.pem",
      "tokenService.body.resource": agentGatewayResource,
    },
  };
}
