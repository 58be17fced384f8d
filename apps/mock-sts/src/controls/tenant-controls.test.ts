import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { TenantControls } from "./tenant-controls.ts";

let mock: MockSts;
let agent: LobAgent;
let tenant: TenantControls;
beforeAll(async () => {
  mock = await startMockSts();
  agent = new LobAgent(mock);
  tenant = mock.controls.tenant("tenant-a");
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const systemFragment = "sap-managed-runtime-agw-subscriber-ias-tenant-a";
const consume = async () => {
  const { body } = await agent.consume("tenant-a", {
    "X-fragment-name": `${systemFragment}@instance`,
  });
  return body;
};

/** Status of a request for the card of tenant-a's agent. */
async function readCard(token: string): Promise<number> {
  const url = mock.tenants.find(({ subdomain }) => subdomain === "tenant-a")?.agents[0]?.url;
  const headers = { Authorization: `Bearer ${token}` };
  return (await agent.fetch(`${url}/.well-known/agent-card.json`, { headers })).status;
}

describe("controls.tenant", () => {
  it("knows only the provider and the subscribers", () => {
    expect(mock.controls.tenant("provider-zone").fragments).toEqual([]);
    expect(() => mock.controls.tenant("nobody")).toThrow('"nobody"');
  });

  it("adds fragments, such as a second one for the system's token", async () => {
    tenant.putFragment({
      name: "second",
      type: "subscriber.ias",
      properties: { URL: "https://x.example" },
    });
    expect(await agent.listFragments("tenant-a", "subscriber.ias")).toEqual([
      expect.objectContaining({ FragmentName: systemFragment }),
      { FragmentName: "second", URL: "https://x.example" },
    ]);
    expect(await agent.listFragments("tenant-b", "subscriber.ias")).toHaveLength(1);
  });

  it("corrupts fragments: a blank URL, lower-case keys, no name", async () => {
    tenant.changeFragment(systemFragment, { URL: " " });
    expect((await consume()).destinationConfiguration.URL).toBe(" ");
    const lowerCase = { FragmentName: undefined, fragmentName: systemFragment };
    tenant.changeFragment(systemFragment, {
      ...lowerCase,
      URL: undefined,
      url: "https://l.example",
    });
    const [corrupted] = await agent.listFragments("tenant-a", "subscriber.ias");
    expect(Object.keys(corrupted ?? {}).sort()).toEqual(["fragmentName", "tokenServiceURL", "url"]);
    expect((await consume()).destinationConfiguration.url).toBe("https://l.example");
  });

  it("removes fragments, and destinations", async () => {
    tenant.removeFragment(systemFragment);
    expect(await agent.listFragments("tenant-a", "subscriber.ias")).toEqual([]);
    mock.controls.tenant("provider-zone").removeDestination(mock.iasDestination);
    const { status } = await agent.consume("tenant-a", {});
    expect(status).toBe(404);
  });

  it("refuses to change what is not there", () => {
    expect(() => tenant.removeFragment("nobody")).toThrow('"nobody"');
    expect(() => tenant.changeFragment("nobody", {})).toThrow('"nobody"');
    expect(() => tenant.removeDestination("nobody")).toThrow('"nobody"');
  });

  it("puts an item with an error before the good one, or in its place", async () => {
    tenant.authTokens = { error: "first" };
    expect((await consume()).authTokens).toEqual([
      { type: "", value: "", expires_in: "0", error: expect.any(String) },
      expect.objectContaining({ type: "Bearer" }),
    ]);
    tenant.authTokens = { error: "alone" };
    expect((await consume()).authTokens).toEqual([
      { type: "", value: "", expires_in: "0", error: expect.any(String) },
    ]);
  });

  it("makes tokens opaque, or JWTs without an end, that the gateway knows all the same", async () => {
    tenant.authTokens = { format: "opaque" };
    const opaque = (await consume()).authTokens?.[0]?.value ?? "";
    expect(() => decodeJwt(opaque)).toThrow();
    tenant.authTokens = { format: "jwt-without-exp" };
    const endless = (await consume()).authTokens?.[0]?.value ?? "";
    expect(decodeJwt(endless)).toMatchObject({ sub: mock.lobClientId });
    expect(decodeJwt(endless)).not.toHaveProperty("exp");
    expect([await readCard(opaque), await readCard(endless)]).toEqual([200, 200]);
    mock.controls.clockOffsetMs = 3_600_000;
    expect([await readCard(opaque), await readCard(endless)]).toEqual([401, 401]);
  });

  it("has everything taken back by a reset", async () => {
    const before = JSON.stringify(await agent.listFragments("tenant-a", "subscriber.ias"));
    tenant.removeFragment(systemFragment);
    tenant.putFragment({ name: "new", type: "subscriber.ias", properties: {} });
    tenant.putDestination({ name: "new", properties: {} });
    tenant.subscribed = false;
    tenant.authTokens = { error: "alone" };
    mock.controls.serviceTokenLifetimeMs = 1_000;
    expect([tenant.subscribed, tenant.authTokens]).toEqual([false, { error: "alone" }]);
    mock.controls.reset();
    expect([tenant.subscribed, tenant.authTokens]).toEqual([true, {}]);
    expect(JSON.stringify(await agent.listFragments("tenant-a", "subscriber.ias"))).toBe(before);
    expect((await agent.callService("tenant-a", "/v1/destinations/new")).status).toBe(404);
    expect((await consume()).authTokens).toMatchObject([{ type: "Bearer" }]);
    expect(mock.controls.serviceTokenLifetimeMs).toBe(43_200_000);
  });
});
