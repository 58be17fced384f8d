import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ClientRegistration } from "../clients/clients.ts";
import { startMockSts } from "../mock-sts.ts";
import type { McpServerOptions } from "../servers/mcp-servers.ts";
import { type MockStsOptions, resolveOptions } from "./options.ts";
import type { StsOptions } from "./sts-options.ts";
import type { TenantOptions } from "./tenants.ts";

const server: McpServerOptions = { name: "a", ordId: "sap.x:y:v1", globalTenantId: "1" };

describe("resolveOptions", () => {
  it.each<[string, unknown]>([
    ["port", -1],
    ["port", 65_536],
    ["port", "8080"],
    ["gatewayPort", 1.5],
    ["tokenLifetimeMs", 999],
    ["tokenLifetimeMs", 43_200_001],
    ["clockSkewMs", -1],
    ["maxAssertionLifetimeMs", -5],
    ["maxAssertionLifetimeMs", 0],
    ["host", " "],
    ["gatewayClientId", ""],
    ["tenantId", 5],
    ["identityZone", " "],
    ["landscape", ""],
    ["serviceTokenLifetimeMs", 999],
  ])('refuses "%s" of %j, naming it', (name, value) => {
    expect(() => resolveOptions({ [name]: value } as MockStsOptions)).toThrow(`"${name}"`);
  });

  it.each<[string, unknown, RegExp]>([
    ["recordLimits", { requests: 0 }, /"recordLimits.requests" must be a positive integer, got 0/],
    ["recordLimits", { bytes: 1.5 }, /"recordLimits.bytes"/],
    ["controlHosts", ["a:80"], /"controlHosts" must hold host names without port, got "a:80"/],
    ["scenarios", [{ name: "A b" }], /"name": must be lower-case/],
    [
      "scenarios",
      [{ name: "a", faults: [{ effect: { kind: "boom" } }] }],
      /"faults.0.effect.kind"/,
    ],
    ["scenarios", [{ name: "a", settings: { quirks: ["x"] } }], /"settings.quirks.0"/],
    ["scenarios", [{ name: "a" }, { name: "a" }], /two "scenarios" are called "a"/],
  ])("refuses %s of %j", (name, value, message) => {
    expect(() => resolveOptions({ [name]: value } as MockStsOptions)).toThrow(message);
  });

  it("puts a scenario in the place of a built-in one of its name", () => {
    const names = (options: MockStsOptions) =>
      resolveOptions(options).scenarios.map(({ name, description }) => `${name}: ${description}`);
    const own = { name: "slow", description: "mine" };
    expect(names({ scenarios: [own] })).toContain("slow: mine");
    expect(names({ scenarios: [own] })).toHaveLength(names({}).length);
  });

  it("refuses an option it does not know", () => {
    const misspelt = { tokenLifetime: 5 } as MockStsOptions;
    expect(() => resolveOptions(misspelt)).toThrow('"tokenLifetime"');
  });

  it("rejects before anything listens", async () => {
    await expect(startMockSts({ port: -1 })).rejects.toThrow(RangeError);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["a blank id", { clientId: " ", authentication: "none" }, /"clientId"/],
    ["an unknown method", { authentication: "magic" }, /"x".*"authentication" "magic"/],
    ["a missing secret", { authentication: "client_secret_basic" }, /"x".*needs a "clientSecret"/],
    [
      "a missing secret for either place",
      { authentication: "client_secret" },
      /needs a "clientSecret"/,
    ],
    ["a needless secret", { authentication: "none", clientSecret: "s" }, /"x".*"clientSecret"/],
    ["a missing subject", { authentication: "tls_client_auth" }, /"x".*exactly one of "subjectDn"/],
    ["a needless subject", { authentication: "none", subjectDn: "CN=a" }, /"x".*"subjectDn"/],
    ["a bad subject", { authentication: "tls_client_auth", subjectDn: "a" }, /distinguished name/],
    ["missing keys", { authentication: "private_key_jwt" }, /"x".*needs a "jwks"/],
    ["needless keys", { authentication: "none", jwks: { keys: [] } }, /"x".*"jwks"/],
    ["bad keys", { authentication: "private_key_jwt", jwks: { keys: 5 } }, /"x".*invalid "jwks"/],
    ["an unknown grant", { authentication: "none", grants: ["password"] }, /"x".*password/],
    ["an id in use", { clientId: "mock-agent", authentication: "none" }, /registered twice/],
  ])("refuses a client with %s", (_what, registration, message) => {
    const client = { clientId: "x", ...registration } as ClientRegistration;
    expect(() => resolveOptions({ clients: [client] })).toThrow(message);
  });

  it("shows no secret of a client it refuses", () => {
    const client = { clientId: "x", authentication: "none", clientSecret: "sentinel" } as const;
    expect(() => resolveOptions({ clients: [client] })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("sentinel") }),
    );
  });

  it.each<[string, McpServerOptions[], RegExp]>([
    ["a blank name", [{ ...server, name: "" }], /"name"/],
    ["a blank audience", [{ ...server, audience: " " }], /"a".*"audience"/],
    ["a blank ORD id", [{ ...server, ordId: " " }], /"a".*"ordId"/],
    ["a blank tenant", [{ ...server, globalTenantId: "" }], /"a".*"globalTenantId"/],
    ["a page of nothing", [{ ...server, pageSize: 0 }], /"a".*"pageSize"/],
    ["the path of another", [server, { ...server, name: "b" }], /"b".*same path/],
    ["the name of another", [server, { ...server, ordId: "z" }], /"a".*same name/],
  ])("refuses an MCP server with %s", (_what, mcpServers, message) => {
    expect(() => resolveOptions({ mcpServers })).toThrow(message);
  });

  it.each<[string, TenantOptions[], RegExp]>([
    ["no label for a subdomain", [{ subdomain: "a.b" }], /"a.b".*RFC 1123/],
    ["a subdomain of 64 letters", [{ subdomain: "a".repeat(64) }], /RFC 1123/],
    ["a trailing line break", [{ subdomain: "a\n" }], /control characters/],
    ["a path of the mock", [{ subdomain: "oauth" }], /"oauth".*path/],
    ["the provider's subdomain", [{ subdomain: "provider-zone" }], /same subdomain/],
    ["the subdomain of another", [{ subdomain: "a" }, { subdomain: "a" }], /"a".*same subdomain/],
    ["the id of another", [{ subdomain: "a", tenantId: "mock-tenant" }], /"a".*same "tenantId"/],
    ["a blank id", [{ subdomain: "a", tenantId: " " }], /"a".*"tenantId"/],
    ["a bad server", [{ subdomain: "a", mcpServers: [server, server] }], /same path|same name/],
    [
      "a server with an audience",
      [{ subdomain: "a", mcpServers: [{ ...server, audience: "b" }] }],
      /"a".*provider.*"audience"/,
    ],
    ["a bad agent", [{ subdomain: "a", agents: [{ ...server, name: " " }] }], /agent.*"name"/],
    [
      "two agents in one place",
      [{ subdomain: "a", agents: [server, { ...server, name: "b" }] }],
      /agent "b".*same path/,
    ],
    [
      "two agents of one name",
      [{ subdomain: "a", agents: [server, { ...server, ordId: "z" }] }],
      /agent "a".*same name/,
    ],
  ])("refuses a tenant with %s", (_what, tenants, message) => {
    expect(() => resolveOptions({ tenants })).toThrow(message);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["an option that does not exist", { publicClients: true }, /sts option "publicClients"/],
    ["no actor", { maxActors: 0 }, /"maxActors"/],
    ["half an actor", { maxActors: 1.5 }, /"maxActors"/],
    ["a blank default audience", { defaultAudience: " " }, /"defaultAudience"/],
    ["an unknown policy for targets", { severalTargets: "some" }, /"severalTargets"/],
    ["an unknown policy for actors", { mayAct: "never" }, /"mayAct"/],
    ["an issuer without a name", { trustedIssuers: [{ issuer: "", jwks: { keys: [] } }] }, /blank/],
    ["an issuer without keys", { trustedIssuers: [{ issuer: "https://a" }] }, /"https:..a".*JWK/],
    [
      "a target of no name",
      { targets: [{ scopes: ["read"] }] },
      /needs an "audience" or a "resource"/,
    ],
    ["a target of a blank name", { targets: [{ audience: " " }] }, /"audience"/],
    ["a target that is not a URI", { targets: [{ resource: "a" }] }, /"resource".*"a"/],
    ["a target with a fragment", { targets: [{ resource: "https://a#b" }] }, /"resource"/],
  ])("refuses a token exchange service with %s", (_what, sts, message) => {
    expect(() => resolveOptions({ sts: sts as StsOptions })).toThrow(message);
  });

  it("makes a subject of any client id", async () => {
    for (const clientId of ["a,b", 'q"uote', "plus+equals=", " space ", "#hash", "back\\slash"]) {
      await using mock = await startMockSts({ clientId });
      expect(mock.credentials().clientid).toBe(clientId);
      const { identity } = resolveOptions({ clientId }).clients.get(clientId) ?? {};
      expect(identity?.matches(new X509Certificate(mock.clientCertificate.certificate))).toBe(true);
    }
  });
});
