import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const collection = "/v1/instanceDestinationFragments";

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

/** Calls the service with a tenant's token and reads JSON. */
async function call(
  path: string,
  { tenant = "tenant-a", method = "GET", body = undefined as unknown } = {},
) {
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await agent.callService(tenant, path, init);
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === "" ? undefined : JSON.parse(text) };
}

const names = (fragments: readonly { FragmentName: string }[]) =>
  fragments.map(({ FragmentName }) => FragmentName);

describe("the Destination Service, service tokens", () => {
  const send = async (path: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const response = await agent.fetch(`${mock.url}/destination-configuration${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };

  it.each([
    ["none", undefined],
    ["another scheme", "Basic eDp5"],
    ["nonsense", "Bearer nonsense"],
  ])("are refused with 401 and text: %s", async (_what, authorization) => {
    const { status, text } = await send(collection, authorization);
    expect(status).toBe(401);
    expect(text).toMatch(/^Unauthorized: /);
  });

  it("are refused when they are corrupted, expired or revoked", async () => {
    const token = await agent.serviceToken("tenant-a");
    expect((await send(collection, `Bearer ${token}`)).status).toBe(200);
    expect((await send(collection, `Bearer ${token.slice(0, -8)}AAAAAAAA`)).status).toBe(401);
    expect(mock.controls.revoke({ token })).toBe(1);
    expect((await send(collection, `Bearer ${token}`)).text).toContain("revoked");
    const other = await agent.serviceToken("tenant-a");
    mock.controls.clockOffsetMs = 43_200_000;
    expect((await send(collection, `Bearer ${other}`)).text).toContain("expired");
  });

  it("are refused with 403 when the tenant has left", async () => {
    const token = await agent.serviceToken("tenant-a");
    mock.controls.tenant("tenant-a").subscribed = false;
    expect((await send(collection, `Bearer ${token}`)).status).toBe(403);
  });

  it("of an identity tenant are refused with 422 at v2, with 401 at v1", async () => {
    await using customer = new TestAgent(mock);
    const { token } = await customer.requestToken(CLIENT_CREDENTIALS_FORM);
    const reference = `${mock.iasDestination}@provider_subaccount`;
    const { status, text } = await send(`/v2/destinations/${reference}`, `Bearer ${token}`);
    expect(status).toBe(422);
    expect(JSON.parse(text)).toEqual({ ErrorMessage: expect.any(String) });
    expect((await send(collection, `Bearer ${token}`)).status).toBe(401);
  });

  it("do not open the gateway", async () => {
    await using customer = new TestAgent(mock);
    const token = await agent.serviceToken("provider-zone");
    expect((await customer.postMcp("orders", { Authorization: `Bearer ${token}` })).status).toBe(
      401,
    );
  });
});

describe("the Destination Service, fragments", () => {
  it("lists those of the token's tenant only", async () => {
    const { status, body } = await call(collection);
    expect(status).toBe(200);
    expect(names(body)).toEqual([
      "sap-managed-runtime-agw-subscriber-ias-tenant-a",
      "sap-managed-runtime-agw-subscriber-ias-user-tenant-a",
      "sap-managed-runtime-agw-mcp-cost-centers-tenant-a",
      "sap-managed-runtime-agw-mcp-orders-tenant-a",
      "sap-managed-runtime-agw-a2a-cost-center-agent-tenant-a",
    ]);
    const other = await call(collection, { tenant: "tenant-b" });
    expect(names(other.body).every((name) => name.endsWith("-tenant-b"))).toBe(true);
    expect((await call(collection, { tenant: "provider-zone" })).body).toEqual([]);
    expect((await call("/v1/subaccountDestinationFragments")).body).toEqual([]);
  });

  it.each([
    [
      "percent-encoded brackets and plus signs",
      "%24filter=Label%5B%27sap-managed-runtime-type%27%5D+HAS+%28%27agw.mcp.server%27%29",
    ],
    ["plain characters", "$filter=Label['sap-managed-runtime-type'] HAS ('agw.mcp.server')"],
    [
      "values encoded twice",
      "$filter=Label%5B%27sap%252Dmanaged%252Druntime%252Dtype%27%5D%20HAS%20(%27agw%252Emcp%252Eserver%27)",
    ],
  ])("filters by label: %s", async (_what, query) => {
    const { body } = await call(`${collection}?${query}`);
    expect(names(body)).toEqual([
      "sap-managed-runtime-agw-mcp-cost-centers-tenant-a",
      "sap-managed-runtime-agw-mcp-orders-tenant-a",
    ]);
  });

  it("records the filter and the tenant", async () => {
    await agent.listFragments("tenant-b", "subscriber.ias");
    expect(mock.recorder.requests.at(-1)).toMatchObject({
      route: "fragments",
      tenant: "tenant-b",
      filter: "Label['sap-managed-runtime-type'] HAS ('subscriber.ias')",
      query: ["$filter"],
    });
  });

  it("filters nothing by an empty filter, and refuses an invalid filter", async () => {
    expect((await call(`${collection}?$filter=`)).body).toHaveLength(5);
    const { status, body } = await call(`${collection}?$filter=Name`);
    expect([status, body]).toEqual([400, { ErrorMessage: expect.stringContaining("$filter") }]);
  });

  it("are created, read, replaced and deleted", async () => {
    const fragment = { FragmentName: "mine", URL: "https://a.example" };
    const created = await call(collection, { method: "POST", body: fragment });
    expect([created.status, created.body]).toEqual([201, undefined]);
    expect((await call(collection, { method: "POST", body: fragment })).status).toBe(409);
    const read = await call(`${collection}/mine`);
    expect(read.body).toEqual(fragment);
    const replacement = { FragmentName: "mine", URL: "https://b.example" };
    expect((await call(collection, { method: "PUT", body: replacement })).body).toEqual({
      Count: 1,
    });
    const again = await call(`${collection}/mine`);
    expect(again.body).toEqual(replacement);
    expect(again.headers.get("etag")).not.toBe(read.headers.get("etag"));
    expect((await call(`${collection}/mine`, { tenant: "tenant-b" })).status).toBe(404);
    expect((await call(`${collection}/mine`, { method: "DELETE" })).body).toEqual({ Count: 1 });
    expect((await call(`${collection}/mine`, { method: "DELETE" })).body).toEqual({ Count: 0 });
    const gone = await call(`${collection}/mine`);
    expect([gone.status, gone.body]).toEqual([
      404,
      { ErrorMessage: "Configuration with the specified name was not found" },
    ]);
    expect((await call(collection, { method: "PUT", body: fragment })).status).toBe(404);
  });

  it("respond with 304 and 412 by ETag", async () => {
    const path = `${collection}/sap-managed-runtime-agw-subscriber-ias-tenant-a`;
    const etag = (await call(path)).headers.get("etag") ?? "";
    const send = async (headers: Record<string, string>) =>
      (await agent.callService("tenant-a", path, { headers })).status;
    expect(await send({ "If-None-Match": etag })).toBe(304);
    expect(await send({ "If-None-Match": '"other"' })).toBe(200);
    expect(await send({ "If-Match": etag })).toBe(200);
    expect(await send({ "If-Match": '"other"' })).toBe(412);
  });

  it.each<[string, unknown]>([
    ["no name", { URL: "https://a.example" }],
    ["a blank name", { FragmentName: " " }],
    ["a name that is too long", { FragmentName: "n".repeat(201) }],
    ["a Type", { FragmentName: "mine", Type: "HTTP" }],
    ["a number", { FragmentName: "mine", Port: 1 }],
    ["a list for a body", []],
  ])("are refused with %s", async (_what, body) => {
    expect((await call(collection, { method: "POST", body })).status).toBe(400);
    expect((await call(collection)).body).toHaveLength(5);
  });

  it("have labels that lists are filtered by", async () => {
    const labels = `${collection}/sap-managed-runtime-agw-subscriber-ias-tenant-a/labels`;
    expect((await call(labels)).body).toEqual([
      { key: "sap-managed-runtime-type", values: ["subscriber.ias"] },
    ]);
    const colour = [{ key: "colour", values: ["red", "blue"] }];
    const patch = (action: string, body: unknown) =>
      call(labels, { method: "PATCH", body: { action, labels: body } });
    expect((await patch("ADD", colour)).status).toBe(200);
    const query = "?$filter=Label['colour'] HAS ('red')";
    expect((await call(`${collection}${query}`)).body).toHaveLength(1);
    await patch("DELETE", [{ key: "colour", values: ["red"] }]);
    expect((await call(`${collection}${query}`)).body).toEqual([]);
    expect((await call(labels)).body).toContainEqual({ key: "colour", values: ["blue"] });
    await call(labels, { method: "PUT", body: [] });
    expect((await call(labels)).body).toEqual([]);
    expect(await agent.listFragments("tenant-a", "subscriber.ias")).toEqual([]);
  });

  it.each<[string, unknown]>([
    [
      "more than ten labels",
      Array.from({ length: 11 }, (_, i) => ({ key: `k${i}`, values: ["v"] })),
    ],
    ["more than ten values", [{ key: "k", values: Array.from({ length: 11 }, (_, i) => `v${i}`) }]],
    ["no list", { key: "k", values: [] }],
  ])("refuse %s", async (_what, body) => {
    const path = `${collection}/sap-managed-runtime-agw-subscriber-ias-tenant-a/labels`;
    expect((await call(path, { method: "PUT", body })).status).toBe(400);
    expect((await call(path)).body).toHaveLength(1);
  });

  it("refuse patches that say nothing, or that add too much", async () => {
    const path = `${collection}/sap-managed-runtime-agw-subscriber-ias-tenant-a/labels`;
    const labels = Array.from({ length: 10 }, (_, i) => ({ key: `k${i}`, values: ["v"] }));
    for (const body of [{ labels }, { action: "SET", labels }, { action: "ADD", labels }]) {
      expect((await call(path, { method: "PATCH", body })).status).toBe(400);
    }
    expect((await call(path)).body).toHaveLength(1);
  });

  it("are refused if the body is not JSON", async () => {
    const init = { method: "POST", body: "{" };
    expect((await agent.callService("tenant-a", collection, init)).status).toBe(400);
  });

  it("knows no other methods", async () => {
    expect((await call(`${collection}/x`, { method: "POST", body: {} })).status).toBe(405);
  });
});

describe("the Destination Service, destinations and certificates", () => {
  it("have collections like the fragments'", async () => {
    const provider = { tenant: "provider-zone" };
    const destinations = await call("/v1/subaccountDestinations", provider);
    expect(destinations.body).toMatchObject([{ Name: mock.iasDestination }]);
    const filter = `$filter=startswith(Name, 'sap-managed')`;
    expect((await call(`/v1/subaccountDestinations?${filter}`, provider)).body).toHaveLength(1);
    const [certificate] = (await call("/v1/subaccountCertificates", provider)).body;
    const single = await call(`/v1/subaccountCertificates/${certificate.Name}`, provider);
    expect(single.body).toEqual(certificate);
    expect((await call("/v1/instanceDestinations", provider)).body).toEqual([]);
    expect((await call("/v1/subaccountCertificates")).body).toEqual([]);
    const routes = mock.recorder.requests.map(({ route }) => route);
    expect(new Set(routes)).toEqual(new Set(["xsuaa-token", "configurations"]));
  });
});

describe("the Destination Service, pages", () => {
  const page = async (query: string) => {
    const { status, headers, body } = await call(`${collection}?${query}`);
    const counts = [headers.get("page-count"), headers.get("entity-count")];
    return {
      status,
      names: status === 200 ? names(body).length : 0,
      link: headers.get("link"),
      counts,
    };
  };

  it("are numbered from one, with links to the next and the previous", async () => {
    expect(await page("$page=2&$pageSize=2&$pageCount=true&$entityCount=true")).toEqual({
      status: 200,
      names: 2,
      link: `<${collection}?$page=1&$pageSize=2>; rel='previous', <${collection}?$page=3&$pageSize=2>; rel='next'`,
      counts: ["3", "5"],
    });
    expect(await page("$page=3&$pageSize=2")).toMatchObject({
      names: 1,
      link: `<${collection}?$page=2&$pageSize=2>; rel='previous'`,
      counts: [null, null],
    });
    expect(await page("$page=1")).toMatchObject({ names: 5, link: null });
    expect(await page("")).toMatchObject({ names: 5, link: null });
  });

  it.each([
    "$page=0",
    "$page=x",
    "$page=1&$pageSize=0",
    "$page=1&$pageSize=1001",
    "$pageSize=5",
    "$page=1&$filter=Name in ('x')",
    "$page=1&$select=labels",
  ])("are refused: %s", async (query) => {
    expect((await page(query)).status).toBe(400);
  });
});

describe("a path that leads nowhere", () => {
  it.each([
    `/wrong/destination-configuration${collection}`,
    "/destination-configuration/v1/somethingElse",
    "/destination-configuration/v3/destinations/x",
  ])("responds with 404 and a page: %s", async (path) => {
    const response = await agent.fetch(`${mock.url}${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await response.text()).toMatch(/^<!doctype html>/);
    expect(mock.recorder.requests[0]?.route).toBe("unknown");
  });
});
