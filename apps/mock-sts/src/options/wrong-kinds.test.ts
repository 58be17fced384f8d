import { describe, expect, it } from "vitest";
import type { FieldKind } from "../checks/field-kinds.ts";
import { startMockSts } from "../mock-sts.ts";
import { type MockStsOptions, OPTION_NAMES, resolveOptions } from "./options.ts";
import { STS_OPTION_NAMES } from "./sts-options.ts";

const server = { name: "a", ordId: "sap.x:y:v1", globalTenantId: "1" };
const client = { clientId: "x", authentication: "none" };

/** No option takes any of them, but those of the kind. */
const JUNK: readonly [unknown, readonly FieldKind[]][] = [
  [null, []],
  ["x y\n", []],
  [10n, []],
  [Symbol("x"), []],
  [Number.NaN, []],
  [new Map(), []],
  [[null], []],
  [[5], []],
  [[10n], []],
  [5, ["number"]],
  [true, ["flag"]],
  [{}, ["other", "members"]],
  [[], ["list", "texts"]],
  [() => {}, ["function"]],
];

/** Everything that is refused must be refused in our words. */
function refusal(options: unknown): string {
  try {
    resolveOptions(options as MockStsOptions);
    return "taken";
  } catch (error) {
    expect([TypeError, RangeError]).toContain((error as Error).constructor);
    return (error as Error).message;
  }
}

const OURS = /^Cannot /;
const FOREIGN =
  /Cannot (?:read|convert|mix|destructure|set prop)|iterable|not a function|serialize/;

describe("startMockSts, given a value of another kind", () => {
  it.each(Object.entries(OPTION_NAMES))("refuses it for %s, and names the option", (name, kind) => {
    for (const [value, kinds] of JUNK) {
      if (kinds.includes(kind)) continue;
      const message = refusal({ [name]: value });
      expect(message).toMatch(OURS);
      expect(message).not.toMatch(FOREIGN);
      // The items of a list name themselves.
      if (!Array.isArray(value) && kind !== "other") expect(message).toContain(`"${name}"`);
    }
  });

  it.each(Object.entries(STS_OPTION_NAMES))("refuses it for %s of an issuer", (name, kind) => {
    for (const [value, kinds] of JUNK) {
      if (kinds.includes(kind)) continue;
      for (const options of [
        { sts: { [name]: value } },
        { issuers: [{ name: "a", [name]: value }] },
      ]) {
        const message = refusal(options);
        expect(message).toMatch(OURS);
        expect(message).not.toMatch(FOREIGN);
        if (!Array.isArray(value)) expect(message).toContain(`"${name}"`);
      }
    }
  });

  it.each([
    [{ clients: [{ ...client, claims: { f: () => 1 } }] }, '"claims"'],
    [{ clients: [{ ...client, claims: { a: { b: [10n] } } }] }, '"claims"'],
    [{ clients: [{ ...client, claims: { at: new Date(0) } }] }, '"claims"'],
    [{ clients: [{ ...client, scopes: 5 }] }, '"scopes"'],
    [{ clients: [{ ...client, grants: "refresh_token" }] }, '"grants"'],
    [{ clients: [{ clientId: 10n }] }, '"clientId"'],
    [{ clients: [{ ...client, dpopBoundTokens: "no" }] }, '"dpopBoundTokens"'],
    [{ mcpServers: [{ ...server, issuer: 5, audience: "a" }] }, '"issuer"'],
    [{ mcpServers: [{ ...server, tools: {} }] }, '"tools"'],
    [{ mcpServers: [{ ...server, tools: [null] }] }, "plain object"],
    [{ mcpServers: [{ ...server, tools: [{}] }] }, '"name"'],
    [{ mcpServers: [{ ...server, tools: [{ name: "t", input: {} }] }] }, '"run"'],
    [{ mcpServers: [{ ...server, tools: [{ name: "t", run() {}, input: {} }] }] }, '"input"'],
    [{ mcpServers: [{ ...server, requiredScope: 5 }] }, '"requiredScope"'],
    [{ mcpServers: [{ ...server, requireDpop: "no" }] }, '"requireDpop"'],
    [{ mcpServers: [{ ...server, name: 10n }] }, '"name"'],
    [{ agents: [{ ...server, card: { x: 10n } }] }, '"card"'],
    [{ tenants: [{ subdomain: 10n }] }, '"subdomain"'],
    [{ tenants: [{ subdomain: "a", subscribed: 1 }] }, '"subscribed"'],
    [{ tenants: [{ subdomain: "a", agents: {} }] }, '"agents"'],
    [{ sts: { targets: [{ audience: "a", clients: "x" }] } }, '"clients"'],
    [{ sts: { trustedIssuers: [{ issuer: "a", jwks: { keys: [] }, audience: 5 }] } }, '"audience"'],
    [{ recordLimits: { bytes: "5" } }, '"bytes"'],
    [{ clientCertificateHeader: "x y" }, '"clientCertificateHeader"'],
    [{ clientCertificateHeader: "x:" }, '"clientCertificateHeader"'],
  ])("refuses %o", (options, named) => {
    const message = refusal(options);
    expect(message).toMatch(OURS);
    expect(message).toContain(named);
  });

  it("takes null for nothing, and starts nothing", async () => {
    for (const name of Object.keys(OPTION_NAMES)) {
      await expect(startMockSts({ [name]: null } as MockStsOptions)).rejects.toThrow(TypeError);
    }
  });
});

describe("a running mock, given a value of another kind", () => {
  it("refuses it in our words", async () => {
    await using mock = await startMockSts();
    const wrong = (given: unknown) => given as never;
    expect(() => mock.destinationBinding({ x509: wrong(true) })).toThrow(
      'Cannot make a binding: "x509" must have',
    );
    expect(() => mock.destinationBinding({ x509: wrong({ certificate: "x" }) })).toThrow('"x509"');
    expect(() => mock.credentials(wrong(5))).toThrow("Cannot make credentials: the pair must have");
    await expect(mock.userToken({ sub: "a", claims: { big: 10n } })).rejects.toThrow('"claims"');
    await expect(mock.userToken({ sub: wrong(5) })).rejects.toThrow('"sub"');
    await expect(mock.issueClientCertificate({ hosts: wrong("a") })).rejects.toThrow('"hosts"');
    await expect(mock.recorder.waitFor({}, 1, { signal: wrong(5) })).rejects.toThrow('"signal"');
    const tenant = mock.controls.tenant("tenant-a");
    expect(() => tenant.putFragment({ name: "a", properties: wrong(5) })).toThrow('"properties"');
    expect(() => tenant.putDestination(wrong({ name: "a", properties: {}, labels: 5 }))).toThrow(
      '"labels"',
    );
  });
});
