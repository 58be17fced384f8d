import { checkFields, type FieldKinds } from "../checks/fields.ts";
import {
  checkHeaderName,
  checkInteger,
  checkText,
  type IntegerRange,
} from "../checks/option-values.ts";
import { type ClientRegistration, type Clients, registerClients } from "../clients/clients.ts";
import { checkSigningAlgorithm, type SigningAlgorithm } from "../keys/signing-keys.ts";
import type { Bounds } from "../recording/bounded-cache.ts";
import type { RecordedRequest } from "../recording/recorded-request.ts";
import { type AgentOptions, checkAgents, DEFAULT_AGENTS } from "../servers/agents.ts";
import {
  checkMcpServers,
  checkServersIssuers,
  DEFAULT_MCP_SERVERS,
  type McpServerOptions,
} from "../servers/mcp-servers.ts";
import { agentRegistration, agentSubject } from "./agent-registration.ts";
import { type ControlOptions, resolveControlOptions } from "./control-options.ts";
import {
  type IssuerOptions,
  type ResolvedIssuer,
  resolveIssuer,
  resolveIssuers,
  STS_NAME,
} from "./issuer-options.ts";
import { LOB_CLIENT } from "./lob-client.ts";
import { checkStsNames, type StsOptions } from "./sts-options.ts";
import {
  DEFAULT_TENANTS,
  type ResolvedTenant,
  resolveTenants,
  type TenantOptions,
} from "./tenants.ts";

/** The options of a mock; every field has a default. */
export interface MockStsOptions extends ControlOptions {
  /** Address to bind. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the token server. Default 0: any free one. */
  readonly port?: number;
  /** Port of the gateway. Default 0: any free one. */
  readonly gatewayPort?: number;
  /** Client id of the agent, which authenticates by certificate. Default `mock-agent`. */
  readonly clientId?: string;
  /** Whether the agent's tokens are bound to its certificate (RFC 8705 §3). Default true. */
  readonly certificateBoundTokens?: boolean;
  /** Scopes the agent may ask for. Default: none. */
  readonly scopes?: readonly string[];
  /** Further clients. Default: none. */
  readonly clients?: readonly ClientRegistration[];
  /** Client id of the gateway's application: `aud` of the tokens for it. Default `mock-agent-gateway`. */
  readonly gatewayClientId?: string;
  /** The provider's tenant, claims `app_tid` and `zid` of its tokens. Default `mock-tenant`. */
  readonly tenantId?: string;
  /** The provider's MCP servers. Default: `cost-centers`, `orders` and `calendar`, and for the token exchange service `tickets` and `payroll`. */
  readonly mcpServers?: readonly McpServerOptions[];
  /** The provider's A2A agents behind the gateway. Default: `cost-center-agent`. */
  readonly agents?: readonly AgentOptions[];
  /** The provider's subdomain. Default `provider-zone`. */
  readonly identityZone?: string;
  /** Subscribers of line-of-business agents. Default: `tenant-a` and `tenant-b`. */
  readonly tenants?: readonly TenantOptions[];
  /** Landscape in the name of the destination for line-of-business agents. Default `eu10`. */
  readonly landscape?: string;
  /** Serves plain HTTP, without TLS and without client certificates. Default false. */
  readonly insecureHttp?: boolean;
  /** Lifetime of access tokens in milliseconds, from 1 000 to 43 200 000 as in IAS. Default 3 600 000. */
  readonly tokenLifetimeMs?: number;
  /** Lifetime of XSUAA's tokens in milliseconds, from 1 000 to 43 200 000. Default 43 200 000. */
  readonly serviceTokenLifetimeMs?: number;
  /** Allowed difference between clocks in milliseconds. Default 0. */
  readonly clockSkewMs?: number;
  /** Longest remaining lifetime of an assertion, in milliseconds. Default: any. */
  readonly maxAssertionLifetimeMs?: number;
  /** Whether an assertion can be used only once. Default false. */
  readonly refuseReusedAssertions?: boolean;
  /** Whether assertions must be for the issuer, and not for its token endpoint or the client. Default false. */
  readonly strictAudience?: boolean;
  /** Algorithm of the issuers' signatures: `ES256`, `RS256`, `PS256` or `EdDSA`. Default `ES256`. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** Whether DPoP proofs need a nonce, at the token endpoints and at the gateway. Default false. */
  readonly dpopNonces?: boolean;
  /**
   * Name of the header in which a proxy forwards the client certificate: PEM with percent-encoding,
   * or Base64 of the DER form as in RFC 9440. Default: none, since any client could write it.
   */
  readonly clientCertificateHeader?: string;
  /** Whether the gateway demands the certificate a token is bound to. Default false, as the real one. */
  readonly requireBoundCertificate?: boolean;
  /** The token exchange service. */
  readonly sts?: StsOptions;
  /** Further issuers, each at `/{name}`. Default: none. */
  readonly issuers?: readonly IssuerOptions[];
  /** Called with each request that has its response. Errors and rejections of the function are ignored. */
  readonly onAnswer?: (request: RecordedRequest) => void;
}

/** Checked options with their defaults. */
export interface ResolvedOptions
  extends Required<
    Omit<
      MockStsOptions,
      | "clients"
      | "scopes"
      | "maxAssertionLifetimeMs"
      | "tenants"
      | "sts"
      | "issuers"
      | "recordLimits"
      | "clientCertificateHeader"
    >
  > {
  readonly recordBounds: Bounds;
  readonly tenants: readonly ResolvedTenant[];
  readonly maxAssertionLifetimeMs: number | undefined;
  readonly subjectDn: string;
  readonly clients: Clients;
  readonly clientCertificateHeader: string | undefined;
  readonly sts: ResolvedIssuer;
  readonly issuers: readonly ResolvedIssuer[];
}

/** Shortest lifetime of an access token, in milliseconds. */
const MIN_TOKEN_LIFETIME_MS = 1_000;
/** Longest lifetime of an access token, in milliseconds; IAS allows 1 to 720 minutes. */
const MAX_TOKEN_LIFETIME_MS = 43_200_000;

/**
 * Checks options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option.
 */
export function resolveOptions(options: MockStsOptions): ResolvedOptions {
  checkFields(options, { start: START, names: OPTION_NAMES });
  checkStsNames(options.sts);
  const { clientId = "mock-agent", clients = [], mcpServers = DEFAULT_MCP_SERVERS } = options;
  const { maxAssertionLifetimeMs, clockSkewMs = 0, tokenLifetimeMs = 3_600_000 } = options;
  const { agents = DEFAULT_AGENTS, serviceTokenLifetimeMs = 43_200_000 } = options;
  const tenantId = text(options.tenantId ?? "mock-tenant", "tenantId");
  const identityZone = text(options.identityZone ?? "provider-zone", "identityZone");
  const subjectDn = agentSubject(clientId);
  checkTokenLifetime(tokenLifetimeMs);
  checkTokenLifetime(serviceTokenLifetimeMs, "serviceTokenLifetimeMs");
  checkMcpServers(mcpServers);
  checkAgents(agents);
  const tenants = resolveTenants(options.tenants ?? DEFAULT_TENANTS, { identityZone, tenantId });
  const registered = registerClients([
    agentRegistration(options, { clientId, subjectDn }),
    LOB_CLIENT,
    ...clients,
  ]);
  const signingAlgorithm = checkSigningAlgorithm(options.signingAlgorithm ?? "ES256");
  const defaults = { clients: registered, signingAlgorithm };
  const header = { start: START, name: "clientCertificateHeader" };
  const taken = [identityZone, ...tenants.map(({ subdomain }) => subdomain)];
  const issuers = resolveIssuers(options.issuers ?? [], { ...defaults, taken });
  checkServersIssuers(mcpServers, [STS_NAME, ...issuers.map(({ name }) => name)]);
  return {
    host: text(options.host ?? "127.0.0.1", "host"),
    port: integer(options.port ?? 0, "port", { min: 0, max: 65_535 }),
    gatewayPort: integer(options.gatewayPort ?? 0, "gatewayPort", { min: 0, max: 65_535 }),
    clientId,
    subjectDn,
    clients: registered,
    gatewayClientId: text(options.gatewayClientId ?? "mock-agent-gateway", "gatewayClientId"),
    tenantId,
    identityZone,
    mcpServers,
    agents,
    tokenLifetimeMs,
    serviceTokenLifetimeMs,
    tenants,
    signingAlgorithm,
    issuers,
    landscape: text(options.landscape ?? "eu10", "landscape"),
    insecureHttp: options.insecureHttp ?? false,
    clockSkewMs: integer(clockSkewMs, "clockSkewMs", { min: 0, max: 600_000 }),
    maxAssertionLifetimeMs:
      maxAssertionLifetimeMs === undefined
        ? undefined
        : integer(maxAssertionLifetimeMs, "maxAssertionLifetimeMs", { min: 1 }),
    certificateBoundTokens: options.certificateBoundTokens ?? true,
    refuseReusedAssertions: options.refuseReusedAssertions ?? false,
    requireBoundCertificate: options.requireBoundCertificate ?? false,
    strictAudience: options.strictAudience ?? false,
    dpopNonces: options.dpopNonces ?? false,
    clientCertificateHeader: checkHeaderName(options.clientCertificateHeader, header),
    sts: resolveIssuer({ ...options.sts, name: STS_NAME }, defaults),
    ...resolveControlOptions(options),
    onAnswer: options.onAnswer ?? (() => {}),
  };
}

/** Names of all options. */
export const OPTION_NAMES: FieldKinds<MockStsOptions> = {
  host: "text",
  port: "number",
  gatewayPort: "number",
  clientId: "text",
  certificateBoundTokens: "flag",
  scopes: "texts",
  clients: "list",
  gatewayClientId: "text",
  tenantId: "text",
  mcpServers: "list",
  agents: "list",
  identityZone: "text",
  tenants: "list",
  landscape: "text",
  insecureHttp: "flag",
  tokenLifetimeMs: "number",
  serviceTokenLifetimeMs: "number",
  clockSkewMs: "number",
  maxAssertionLifetimeMs: "number",
  refuseReusedAssertions: "flag",
  requireBoundCertificate: "flag",
  strictAudience: "flag",
  signingAlgorithm: "text",
  dpopNonces: "flag",
  clientCertificateHeader: "text",
  sts: "other",
  issuers: "list",
  scenarios: "list",
  recordLimits: "other",
  recordSecrets: "flag",
  controlHosts: "texts",
  seed: "number",
  onAnswer: "function",
};

/**
 * Checks a token lifetime.
 *
 * @throws RangeError naming the option.
 */
export function checkTokenLifetime(lifetimeMs: number, name = "tokenLifetimeMs"): number {
  return integer(lifetimeMs, name, { min: MIN_TOKEN_LIFETIME_MS, max: MAX_TOKEN_LIFETIME_MS });
}

function text(value: string, name: string): string {
  return checkText(value, { start: START, name });
}

function integer(value: number, name: string, range: IntegerRange): number {
  return checkInteger(value, { start: START, name, ...range });
}

const START = "Cannot start mock-sts:";
