import type { PresetName } from "./preset-names.ts";

/** Writes a configuration file with all keys in comments; only the preset is set. */
export function configExample({
  preset = "everything",
}: {
  preset?: PresetName | undefined;
}): string {
  return EXAMPLE.replace("preset: everything", `preset: ${preset}`);
}

const EXAMPLE = `# Configuration of mock-sts. It reads this file from the folder it is started in, or from --config.
# Remove a # without a space after it to set a key. This file wins over the preset, and the command
# line wins over both. "live" means: a change applies while the mock runs.

# everything, ias, btp-lob, kagent-sts or keycloak-like.
preset: everything

# --- Address and ports: 0 is any free port.
#host: 127.0.0.1
#port: 8443
#gatewayPort: 8444
#insecureHttp: false

# --- Live keys.
# A set of faults and settings: short-lived-tokens, overloaded, flaky, slow, token-endpoints-down,
# tokens-refused, wrong-audience, or one of the scenarios below.
#scenario: flaky
#tokenLifetimeMs: 600000
#serviceTokenLifetimeMs: 600000
#requireBoundCertificate: false
# MCP servers and agents that respond with 401; true for all.
#alwaysUnauthorized: [orders]
# How far the clock is ahead, or frozenAt: 2027-01-01T00:00:00Z.
#clock: { offsetMs: 60000 }
# Each hits the first matching request, or as many as "times" allows.
#faults:
#  - match: { route: token, times: unlimited, probability: 0.2 }
#    effect: { kind: status, status: 429, retryAfterSeconds: 2 }
#  - match: { route: sts-token, subject: alice }
#    effect: { kind: malformed-json }
# Seed of faults with a probability; not live.
#seed: 1

# --- Further scenarios.
#scenarios:
#  - name: bad-monday
#    settings: { tokenLifetimeMs: 5000 }
#    faults:
#      - match: { mcpServer: orders, times: unlimited }
#        effect: { kind: delay, delayMs: 1500 }

# --- The customer's agent, and further clients.
#clientId: mock-agent
#scopes: [read]
#certificateBoundTokens: true
#gatewayClientId: mock-agent-gateway
#clients:
#  - clientId: my-service
#    authentication: client_secret_basic
#    clientSecret: not-a-real-secret
#    scopes: [read]

# --- The provider, its MCP servers and agents, and its subscribers.
#tenantId: mock-tenant
#identityZone: provider-zone
#landscape: eu10
#mcpServers:
#  - name: inventory
#    ordId: sap.mock:apiResource:inventory:v1
#    globalTenantId: "250695"
#    mode: stateless
#    tools:
#      - name: count_boxes
#        description: Counts the boxes in a warehouse.
#        answer: { boxes: 17 }
#  - name: tickets
#    ordId: sap.mock:apiResource:ticket:v1
#    globalTenantId: "250697"
#    audience: tickets
#agents:
#  - name: helper
#    ordId: sap.mock:agent:helper:v1
#    globalTenantId: "250695"
#tenants:
#  - subdomain: tenant-a
#  - subdomain: tenant-b
#    subscribed: false

# --- The token exchange service.
#sts:
#  publicClient: true
#  mayAct: required
#  targets:
#    - audience: billing
#      scopes: [read, write]
#  quirks: [html-errors]

# --- Further issuers, each at /{name}, with the same keys as "sts".
#issuers:
#  - name: partner
#    signingAlgorithm: RS256
#    targets: [{ audience: partner-api }]

# --- Tokens, proofs and assertions.
#signingAlgorithm: ES256
#dpopNonces: true
#clientCertificateHeader: x-forwarded-client-cert
#strictAudience: true
#clockSkewMs: 0
#maxAssertionLifetimeMs: 600000
#refuseReusedAssertions: true

# --- The request log and the access to it.
#recordLimits: { requests: 10000, bytes: 67108864 }
#recordSecrets: false
#controlHosts: [mock.test]
`;
