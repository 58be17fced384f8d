import { createServer } from "node:https";
import { describe, expect, it } from "vitest";
import { atOnce, openMock, rejection } from "../agent.test-support.ts";
import { listenUntilTestEnds, serverIdentity } from "../server.test-support.ts";
import { fragmentOf, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";

describe("a subscriber that is missing", () => {
  it.each([
    ["has not subscribed", "tenant-c", 401, "unauthorized"],
    ["is unknown", "nobody", 404, "not_found"],
  ])("is named as such if it %s", async (_what, tenant, status, oauthError) => {
    const tenants = [{ subdomain: "tenant-a" }, { subdomain: "tenant-c", subscribed: false }];
    const { client, asked } = await openLobAgent({ mock: { tenants } });
    const errors = await atOnce(20, () => rejection(client.getSystemAuth({ tenant })));
    for (const error of errors) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", status, oauthError });
      expect(error).toMatchObject({ retryable: false });
    }
    const text = String(errors[0]);
    expect(text).toContain(`tenant ${JSON.stringify(tenant)}`);
    expect(text).toContain("a tenant that is unknown or has not subscribed is refused");
    expect(asked()).toEqual(["xsuaa-token"]);
    expect(await client.getSystemAuth({ tenant: "tenant-a" })).toHaveProperty("gatewayUrl");
  });

  it("is told apart where it subscribed, and left later", async () => {
    const { client, mock } = await openLobAgent({ flow: { maxSystemTokens: 0 } });
    await client.getSystemAuth({ tenant: TENANT });
    mock.controls.tenant(TENANT).subscribed = false;
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_HTTP", status: 403, retryable: false });
    expect(String(error)).toMatch(/"tenant-a".*may have ended its subscription/);
  });

  it("is told apart where it has no fragment of the label", async () => {
    const { client, mock } = await openLobAgent();
    mock.controls.tenant(TENANT).removeFragment(fragmentOf(TENANT, "ias"));
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE", retryable: false });
    for (const name of [`"${TENANT}"`, `"${mock.iasDestination}"`, "subscriber.ias"]) {
      expect(String(error)).toContain(name);
    }
    expect(String(error)).toMatch(/there is none; the tenant has not subscribed/);
  });

  it("is told apart by a Destination Service that says so with 404", async () => {
    const { client, mock } = await openLobAgent();
    const body = { ErrorMessage: "No subscription found" };
    mock.controls.failNext({ status: 404, body }, { route: "fragments" });
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE", status: 404 });
    expect(String(error)).toMatch(/"No subscription found"; the tenant has no subscription there/);
  });
});

describe("a wrong uri", () => {
  it.each([
    ["whose server has no such path", (url: string) => `${url}/wrong`],
    ["with the path that the flow adds", (url: string) => `${url}/destination-configuration`],
  ])("%s is told apart from a missing subscriber", async (_what, uriAt) => {
    const mock = await openMock();
    const binding = { ...mock.destinationBinding(), uri: uriAt(mock.url) };
    const { client } = await openLobAgent({ mock, flow: { binding } });
    const calls = [
      client.getSystemAuth({ tenant: TENANT }),
      client.listMcpTools({ tenant: TENANT, system: true }),
    ];
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", status: 404, retryable: false });
      expect(String(error)).toMatch(
        /"tenant-a".*what answered 404 is not the Destination Service; check "uri"/,
      );
      expect(String(error)).not.toMatch(/subscri(ption|bed)/);
    }
  });

  it("of a server that answers everything with a page is named, without the page", async () => {
    const mock = await openMock();
    const server = createServer(await serverIdentity(mock), (_request, response) => {
      response.setHeader("content-type", "text/html").end("<h1>Welcome to sentinel</h1>");
    });
    const uri = `https://localhost:${await listenUntilTestEnds(server)}`;
    const binding = { ...mock.destinationBinding(), uri };
    const { client } = await openLobAgent({ mock, flow: { binding } });
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(/"tenant-a".*is not a JSON list of fragments.*check "uri"/);
    expect(String(error)).not.toContain("sentinel");
  });
});
