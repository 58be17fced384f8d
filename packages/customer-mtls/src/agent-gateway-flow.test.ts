import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AgentGatewayFlow } from "./agent-gateway-flow.ts";
import type { CustomerFlowOptions } from "./flow-options.ts";
import type { GatewayAccess } from "./ias/gateway-access.ts";
import type { IntegrationDependency } from "./servers/integration-dependency.ts";

const SENTINEL = "s3cr3t-sentinel";
const access: GatewayAccess = {
  tokenEndpoint: "https://tenant.accounts.example/oauth2/token",
  clientId: "agent-1",
  gatewayUrl: "https://agw.example",
  integrationDependencies: [
    { ordId: "a:b:v1", globalTenantId: "1" },
    { ordId: "a:b:v1", globalTenantId: "2" },
    { ordId: "a:b:v1", globalTenantId: "1" },
  ],
};

function flowWith(options: CustomerFlowOptions = {}, members: Partial<GatewayAccess> = {}) {
  const flow = new AgentGatewayFlow({ ...access, ...members }, options);
  onTestFinished(() => flow.close());
  return flow;
}

describe("AgentGatewayFlow.listMcpServers", () => {
  it("lists each integration dependency once", async () => {
    expect(await flowWith().listMcpServers()).toEqual([
      {
        name: "a:b:v1",
        url: "https://agw.example/v1/mcp/a:b:v1/1",
        ordId: "a:b:v1",
        globalTenantId: "1",
      },
      {
        name: "a:b:v1",
        url: "https://agw.example/v1/mcp/a:b:v1/2",
        ordId: "a:b:v1",
        globalTenantId: "2",
      },
    ]);
  });

  it("says that nothing is configured", async () => {
    await expect(
      flowWith({}, { integrationDependencies: undefined }).listMcpServers(),
    ).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining("no integration dependencies"),
    });
  });

  it("takes an empty list for an answer", async () => {
    expect(await flowWith({}, { integrationDependencies: [] }).listMcpServers()).toEqual([]);
  });

  it("asks a resolver in place of the list, each time", async () => {
    const resolveDependencies = vi.fn(
      async (): Promise<readonly IntegrationDependency[]> => [{ ordId: "x", globalTenantId: "9" }],
    );
    const flow = flowWith({ resolveDependencies });
    await flow.listMcpServers();
    const servers = await flow.listMcpServers();
    expect(servers).toMatchObject([{ url: "https://agw.example/v1/mcp/x/9" }]);
    expect(resolveDependencies).toHaveBeenCalledTimes(2);
  });

  it.each([
    [undefined, "its result must be a list"],
    [[{ ordId: `../${SENTINEL}`, globalTenantId: "1" }], '[0].ordId contains "/"'],
    [[{ ordId: "a" }], "[0].globalTenantId is missing"],
  ])("refuses the resolver's answer, case %#", async (answer, reason) => {
    const resolveDependencies = () => answer as IntegrationDependency[];
    const error = await flowWith({ resolveDependencies })
      .listMcpServers()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "ERR_TOKEN_PROVIDER",
      message: expect.stringContaining(reason),
    });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("shows nothing of what a resolver throws", async () => {
    const resolveDependencies = () => Promise.reject(new Error(SENTINEL));
    const error = await flowWith({ resolveDependencies })
      .listMcpServers()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", cause: { message: "Error" } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("passes a resolver's own TokenError and the caller's abort through", async () => {
    const own = new TokenError("ERR_TOKEN_NETWORK", "Cannot reach the registry: it is down");
    await expect(
      flowWith({ resolveDependencies: () => Promise.reject(own) }).listMcpServers(),
    ).rejects.toBe(own);
    const controller = new AbortController();
    const reason = new Error("enough");
    const resolveDependencies = async () => {
      controller.abort(reason);
      throw new Error("interrupted");
    };
    await expect(
      flowWith({ resolveDependencies }).listMcpServers({ signal: controller.signal }),
    ).rejects.toBe(reason);
  });

  it("refuses a tenant, and an aborted signal with its reason", async () => {
    const flow = flowWith();
    await expect(flow.listMcpServers({ tenant: "t" })).rejects.toThrow(TypeError);
    const reason = new Error("enough");
    await expect(flow.listMcpServers({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("AgentGatewayFlow.listAgents", () => {
  it("refuses rather than saying that there are none", async () => {
    await expect(flowWith().listAgents()).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
    });
  });

  it("lists with a2a what may be the agent of each integration dependency, once", async () => {
    const refs = await flowWith({ a2a: true }).listAgents();
    expect(refs).toEqual(
      ["1", "2"].map((globalTenantId) => ({
        name: "a:b:v1",
        url: `https://agw.example/v1/a2a/a:b:v1/${globalTenantId}`,
        ordId: "a:b:v1",
        globalTenantId,
        optional: true,
      })),
    );
  });

  it("asks the resolver with a2a, and refuses a tenant", async () => {
    const resolveDependencies = () => [{ ordId: "x", globalTenantId: "9" }];
    const flow = flowWith({ a2a: true, resolveDependencies });
    expect(await flow.listAgents()).toMatchObject([{ url: "https://agw.example/v1/a2a/x/9" }]);
    const refused = new TypeError('Cannot choose a "tenant": the customer flows have one only');
    await expect(flow.listAgents({ tenant: "t" })).rejects.toThrow(refused);
  });
});
