import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAgent } from "../../test-support/agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

let mock: MockSts;
let agent: TestAgent;
beforeAll(async () => {
  mock = await startMockSts({
    issuers: [{ name: "partner", refreshTokens: true }],
    clients: [{ clientId: "scoped", authentication: "none", scopes: ["read"] }],
  });
  agent = new TestAgent(mock, null);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

/** Every issuer of a mock, and the places where its metadata must be. */
const issuers: readonly (readonly [name: string, places: readonly string[]])[] = [
  ["", ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]],
  ...["/ias/tenant-a", "/sts", "/partner"].map(
    (path) =>
      [
        path,
        [
          `/.well-known/oauth-authorization-server${path}`,
          `/.well-known/openid-configuration${path}`,
          `${path}/.well-known/openid-configuration`,
        ],
      ] as const,
  ),
];

async function read(place: string) {
  const response = await agent.fetch(`${mock.url}${place}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "application/json",
  ]);
  return (await response.json()) as Record<string, unknown>;
}

describe.each(issuers)("the metadata of the issuer %s (RFC 8414 §2)", (path, places) => {
  it("[8414-1] is the same at every place clients look, for this very issuer", async () => {
    for (const place of places) {
      expect(await read(place)).toEqual(await read(places[0] ?? ""));
      expect((await read(place)).issuer).toBe(`${mock.url}${path}`);
    }
  });

  it("[8414-3] has all required members, with URLs below the issuer that work", async () => {
    const document = await read(places[0] ?? "");
    expect(document.response_types_supported).toEqual([expect.any(String)]);
    const aliases = document.mtls_endpoint_aliases as Record<string, string>;
    for (const [name, url] of Object.entries({ ...document, ...aliases })) {
      if (!name.endsWith("_endpoint") || name === "authorization_endpoint") continue;
      expect(url).toMatch(new RegExp(`^${mock.url}${path}/`));
      expect((await agent.fetch(String(url))).status).toBe(405);
    }
    expect((await agent.fetch(String(document.jwks_uri))).status).toBe(200);
  });

  it("[8414-5] lists algorithms for each method that signs, and never none", async () => {
    const document = await read(places[0] ?? "");
    for (const endpoint of ["token", "introspection", "revocation"]) {
      const methods = document[`${endpoint}_endpoint_auth_methods_supported`];
      expect(methods).toContain("private_key_jwt");
      const algorithms = document[`${endpoint}_endpoint_auth_signing_alg_values_supported`];
      expect(algorithms).toEqual(expect.arrayContaining(["ES256", "RS256"]));
    }
    for (const [name, values] of Object.entries(document)) {
      if (name.includes("_alg_values_")) expect(values).not.toContain("none");
    }
  });

  it("[8414-6] holds no null and no empty list", async () => {
    const values = Object.values(await read(places[0] ?? ""));
    expect(values).not.toContainEqual([]);
    expect(values).not.toContain(null);
  });
});

describe("the metadata of protected resources", () => {
  it("[9728-13] cannot ask for offline_access, nor can a challenge", async () => {
    const server = { name: "s", ordId: "o", globalTenantId: "1" };
    const mcpServers = [{ ...server, requiredScope: "read offline_access" }];
    await expect(startMockSts({ mcpServers })).rejects.toThrow(/"s".*offline_access/);
  });
});
