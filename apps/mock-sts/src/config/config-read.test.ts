import { describe, expect, it } from "vitest";
import { ConfigError } from "./config-error.ts";
import { readConfig } from "./config-read.ts";

/** Reads a wrong text and returns the violations. */
function violationsOf(text: string): readonly string[] {
  try {
    readConfig(text, "mock-sts.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.violations;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("takes a file that says nothing", () => {
    expect(readConfig("", "a.yaml")).toEqual({});
  });

  it("takes every kind of key", () => {
    const text = `
preset: kagent-sts
port: 8443
clients:
  - { clientId: a, authentication: client_secret_basic, clientSecret: s, scopes: [read] }
tenants:
  - subdomain: one
    mcpServers:
      - { name: a, ordId: "x:y", globalTenantId: "1", tools: [{ name: t, answer: { a: 1 } }] }
sts: { mayAct: required, quirks: [html-errors] }
scenarios:
  - { name: mine, settings: { tokenLifetimeMs: 1000 } }
scenario: mine
faults:
  - match: { route: token, times: unlimited }
    effect: { kind: status, status: 503, retryAfterSeconds: 1 }
clock: { frozenAt: 2027-01-01T00:00:00Z }
`;
    expect(readConfig(text, "a.yaml")).toMatchObject({
      preset: "kagent-sts",
      port: 8443,
      scenario: "mine",
      clock: { frozenAt: "2027-01-01T00:00:00Z" },
    });
  });

  it("names all violations at once, each with its position and the nearest right name", () => {
    const text = `prot: 8443
tokenLifetime: 5
preset: kagent
clients:
  - clientId: a
    authentication: client_secret_basci
  - clientID: b
    authentication: none
sts:
  mayAct: require
  quirks: [html-error]
faults:
  - match: { rout: token }
    effect: { kind: statsu }
`;
    expect(violationsOf(text)).toEqual([
      'mock-sts.yaml:1:1 prot: unknown key; did you mean "port"?',
      'mock-sts.yaml:2:1 tokenLifetime: unknown key; did you mean "tokenLifetimeMs"?',
      'mock-sts.yaml:3:9 preset: must be one of "everything", "ias", "btp-lob", "kagent-sts", "keycloak-like"; did you mean "kagent-sts"?',
      expect.stringMatching(
        /^mock-sts.yaml:6:21 clients\[0\].authentication: is not one of .*; did you mean "client_secret_basic"\?$/,
      ),
      "mock-sts.yaml:7:5 clients[1].clientId: is missing",
      'mock-sts.yaml:7:5 clients[1].clientID: unknown key; did you mean "clientId"?',
      'mock-sts.yaml:10:11 sts.mayAct: must be one of "optional", "required"; did you mean "required"?',
      expect.stringMatching(
        /^mock-sts.yaml:11:12 sts.quirks\[0\]: is not one of the \d+ known values; did you mean "html-errors"\?$/,
      ),
      'mock-sts.yaml:13:14 faults[0].match.rout: unknown key; did you mean "route"?',
      expect.stringMatching(
        /^mock-sts.yaml:14:21 faults\[0\].effect.kind: .*did you mean "status"\?$/,
      ),
    ]);
  });

  it.each([
    ["port: x", "port: must be a number"],
    ["port: 70000", "port: must be at most 65535"],
    ["port: -1", "port: must be at least 0"],
    ["host: ' '", "host: must not be blank"],
    ["port:", "port: must be a number"],
    ["scopes: read", "scopes: must be a list"],
    ["sts: required", "sts: must be a mapping"],
    ["insecureHttp: yes", "insecureHttp: must be true or false"],
    ["tokenLifetimeMs: 999", "tokenLifetimeMs: must be at least 1000"],
    ["alwaysUnauthorized: no", "alwaysUnauthorized: must be true or false or a list"],
    ["alwaysUnauthorized: [5]", "alwaysUnauthorized: its item 0 must be text"],
    ["faults: [{ effect: {} }]", "faults[0].effect.kind: is missing"],
    [
      "faults: [{ match: { times: all }, effect: { kind: html } }]",
      'faults[0].match.times: must be a number or "unlimited"',
    ],
    ["clock: { frozenAt: tomorrow }", "clock.frozenAt: must be an ISO 8601 instant"],
    [
      "clock: { offsetMs: 1, frozenAt: 2027-01-01T00:00:00Z }",
      'clock: has "offsetMs" or "frozenAt", not both',
    ],
    ["- a", "must be a mapping"],
  ])("refuses %j", (text, violation) => {
    expect(violationsOf(text)).toEqual([expect.stringContaining(violation)]);
  });

  it.each([
    [
      "clients:\n  - { clientId: a, authentication: none }\n  - { clientId: a, authentication: none }",
      'mock-sts.yaml:3:5 clients[1]: Cannot register client "a": it is registered twice',
    ],
    [
      "clients:\n  - { clientId: a, authentication: client_secret_post }",
      'mock-sts.yaml:2:5 clients[0]: Cannot register client "a": it needs a "clientSecret"',
    ],
    [
      "clients:\n  - { clientId: mock-agent, authentication: none }",
      'mock-sts.yaml:1:1 Cannot register client "mock-agent": it is registered twice',
    ],
    [
      "tenants:\n  - subdomain: a\n  - subdomain: oauth",
      'mock-sts.yaml:3:5 tenants[1]: Cannot serve tenant "oauth": its subdomain is the beginning of a path of the mock',
    ],
    [
      "sts:\n  targets:\n    - scopes: [a]",
      'mock-sts.yaml:3:7 sts.targets[0]: Cannot serve a target: it needs an "audience" or a "resource"',
    ],
    [
      "insecureHttp: true\nfaults:\n  - effect: { kind: tls-refusal }",
      'mock-sts.yaml:3:5 faults[0]: a TLS refusal needs TLS, and "insecureHttp" is set',
    ],
    ["scenario: flakey", expect.stringMatching(/:1:11 scenario: .*; did you mean "flaky"\?$/)],
    [
      "scenarios: [{ name: a }, { name: a }]",
      'mock-sts.yaml:1:26 scenarios[1]: Cannot start mock-sts: two "scenarios" are called "a"',
    ],
  ])("refuses %j, where the violation is", (text, violation) => {
    expect(violationsOf(text)).toEqual([violation]);
  });

  it.each([
    "clients: [{ clientId: a, authentication: none, clientSecret: sentinel }]",
    "clients: [{ clientId: a, authentication: sentinel, clientSecret: sentinel }]",
    "clients: [{ clientId: a, authentication: private_key_jwt, jwks: sentinel }]",
    "clients: [{ clientId: a, authentication: none, clientSecret: [sentinel] }]",
    "clients: sentinel",
    "clients:\n  - clientSecret: sentinel\n   clientId: a",
    "sts: { trustedIssuers: [{ issuer: a, jwks: { keys: sentinel } }] }",
    'clientSecret: "sentinel',
  ])("shows no value of %j", (text) => {
    const violations = violationsOf(text);
    expect(violations.length).toBeGreaterThan(0);
    expect(violations.join()).not.toContain("sentinel");
  });
});
