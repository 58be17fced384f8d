import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TenantControls } from "../controls/tenant-controls.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { McpServerOptions } from "../servers/mcp-servers.ts";
import { type MockStsOptions, resolveOptions } from "./options.ts";

const server: McpServerOptions = { name: "a", ordId: "sap.x:y:v1", globalTenantId: "1" };
const issuer = { issuer: "https://a.example", jwks: { keys: [] } };
const tool = { name: "t", description: "", input: {}, run: () => ({ content: [] }) };

/** A misspelt name in every object of the options, and the right name. */
const options: readonly [string, Record<string, unknown>, string][] = [
  ["the options", { tokenLifetimMs: 5_000 }, "tokenLifetimeMs"],
  ["a client", { clients: [{ clientId: "x", authentication: "none", scope: ["a"] }] }, "scopes"],
  ["a server", { mcpServers: [{ ...server, requiredscopes: "a" }] }, "requiredScope"],
  ["a tool", { mcpServers: [{ ...server, tools: [{ ...tool, inputs: {} }] }] }, "input"],
  [
    "a server's issuer",
    { mcpServers: [{ ...server, audience: "a", issuer: { ...issuer, jwksUrl: "" } }] },
    "jwksUri",
  ],
  ["an agent", { agents: [{ ...server, cards: {} }] }, "card"],
  ["a tenant", { tenants: [{ subdomain: "a", tenantid: "b" }] }, "tenantId"],
  [
    "a tenant's server",
    { tenants: [{ subdomain: "a", mcpServers: [{ ...server, modes: "" }] }] },
    "mode",
  ],
  [
    "a tenant's agent",
    { tenants: [{ subdomain: "a", agents: [{ ...server, crad: {} }] }] },
    "card",
  ],
  ["the token exchange service", { sts: { publicClients: true } }, "publicClient"],
  ["an issuer", { issuers: [{ name: "a", client: [] }] }, "clients"],
  [
    "an issuer's client",
    { issuers: [{ name: "a", clients: [{ clientId: "x", authentication: "none", jwk: {} }] }] },
    "jwks",
  ],
  ["a trusted issuer", { sts: { trustedIssuers: [{ ...issuer, audiences: "a" }] } }, "audience"],
  ["a target", { sts: { targets: [{ audience: "a", resources: "https://a" }] } }, "resource"],
  ["the limits", { recordLimits: { request: 5 } }, "requests"],
  ["a scenario", { scenarios: [{ name: "a", fault: [] }] }, "faults"],
  ["a scenario's settings", { scenarios: [{ name: "a", settings: { quirk: [] } }] }, "quirks"],
  [
    "a scenario's fault",
    { scenarios: [{ name: "a", faults: [{ effect: { kind: "html" }, matches: {} }] }] },
    "match",
  ],
];

describe("startMockSts, given a name that there is not", () => {
  it.each(options)("in %s, refuses it and asks for the nearest", async (_, given, meant) => {
    const refused = `did you mean "${meant}"?`;
    expect(() => resolveOptions(given as MockStsOptions)).toThrow(TypeError);
    await expect(startMockSts(given as MockStsOptions)).rejects.toThrow(refused);
  });

  it.each(["", "host", 7, null, [], new Map(), Promise.resolve({})])(
    "refuses %o in place of the options",
    async (given) => {
      await expect(startMockSts(given as MockStsOptions)).rejects.toThrow("a plain object");
    },
  );

  it("refuses the options of further issuers at the token exchange service", async () => {
    const sts = { name: "a", clients: [] } as MockStsOptions["sts"];
    await expect(startMockSts({ ...(sts && { sts }) })).rejects.toThrow(
      'unknown sts option "name"',
    );
  });

  it.each(["mode", "answers"])('refuses a "%s" that there is not', (option) => {
    const servers = [{ ...server, [option]: "sessions" }] as McpServerOptions[];
    expect(() => resolveOptions({ mcpServers: servers })).toThrow(`"${option}" must be one of`);
  });
});

describe("a running mock, given a name that there is not", () => {
  let mock: MockSts;
  beforeAll(async () => {
    mock = await startMockSts();
  });
  afterAll(() => mock.close());

  /** The compiler would refuse all of them. */
  const wrong = (given: unknown) => given as never;
  const methods: readonly [string, (it: MockSts, tenant: TenantControls) => unknown, string][] = [
    [
      "issueClientCertificate",
      (it) => it.issueClientCertificate(wrong({ subjectDn: "CN=a" })),
      "subject",
    ],
    [
      "issueDestinationCertificate",
      (it) => it.issueDestinationCertificate(wrong({ uri: [] })),
      "uris",
    ],
    ["userToken", (it) => it.userToken(wrong({ sub: "alice", expiresInMS: 5 })), "expiresInMs"],
    ["destinationBinding", (it) => it.destinationBinding(wrong({ x509s: {} })), "x509"],
    ["recorder.select", (it) => it.recorder.select(wrong({ routes: "token" })), "route"],
    ["recorder.count", (it) => it.recorder.count(wrong({ statuses: 200 })), "status"],
    ["recorder.waitFor", (it) => it.recorder.waitFor(wrong({ tools: "x" })), "tool"],
    [
      "recorder.waitFor's options",
      (it) => it.recorder.waitFor({}, 1, wrong({ signals: 1 })),
      "signal",
    ],
    [
      "failNext",
      ({ controls }) => controls.failNext(wrong({ statuss: 503, status: 503 })),
      "status",
    ],
    [
      "failNext's match",
      ({ controls }) => controls.failNext({ status: 503 }, wrong({ time: 1 })),
      "times",
    ],
    ["breakNext", ({ controls }) => controls.breakNext(wrong("malformed-jsn")), "malformed-json"],
    [
      "delayNext's match",
      ({ controls }) => controls.delayNext(1, wrong({ tenants: "a" })),
      "tenant",
    ],
    ["hold", ({ controls }) => controls.hold(wrong({ routes: "token" })), "route"],
    [
      "addFault",
      ({ controls }) => controls.addFault(wrong({ effects: {}, effect: { kind: "html" } })),
      "effect",
    ],
    ["changeSettings", ({ controls }) => controls.changeSettings(wrong({ quirk: [] })), "quirks"],
    ["revoke", ({ controls }) => controls.revoke(wrong({ subjects: "alice" })), "subject"],
    [
      "rotateSigningKey",
      ({ controls }) => controls.rotateSigningKey(wrong({ isser: "a" })),
      "issuer",
    ],
    ["tenant", ({ controls }) => controls.tenant("tenant-c"), "tenant-a"],
    [
      "authTokens",
      (_, tenant) => {
        tenant.authTokens = wrong({ expires: "1" });
      },
      "expiresIn",
    ],
    [
      "putFragment",
      (_, tenant) => tenant.putFragment(wrong({ name: "a", propertys: {} })),
      "properties",
    ],
    [
      "putDestination",
      (_, tenant) => tenant.putDestination(wrong({ name: "a", levels: "" })),
      "level",
    ],
    [
      "putDestination's labels",
      (_, tenant) =>
        tenant.putDestination(wrong({ name: "a", properties: {}, labels: [{ kye: "a" }] })),
      "key",
    ],
  ];

  it.each(methods)("%s refuses it and asks for the nearest", async (_, call, meant) => {
    const refused = async () => call(mock, mock.controls.tenant("tenant-a"));
    await expect(refused()).rejects.toThrow(TypeError);
    await expect(refused()).rejects.toThrow(`did you mean "${meant}"?`);
  });

  it.each([{}, { subject: "" }, { subject: " " }, { fingerprint: "" }, { subject: "a", jti: "b" }])(
    "revoke refuses %j, which would not name what to revoke",
    (target) => {
      expect(() => mock.controls.revoke(target as never)).toThrow("exactly one of");
    },
  );

  it("takes no new member among its controls", () => {
    expect(() => Object.assign(mock.controls, { tokenLifetime: 5_000 })).toThrow(TypeError);
    const tenant = mock.controls.tenant("tenant-a");
    expect(() => Object.assign(tenant, { subscribd: false })).toThrow(TypeError);
  });
});
