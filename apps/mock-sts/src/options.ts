import { type AgentOptions, checkAgents, defaultAgents } from "./agents.ts";
import type { Bounds } from "./bounded-map.ts";
import { type ClientRegistration, type Clients, registerClients } from "./clients.ts";
import { resolveControlOptions } from "./control-options.ts";
import { lobClient } from "./lob-client.ts";
import { checkMcpServers, defaultMcpServers, type McpServerOptions } from "./mcp-servers.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { Scenario } from "./scenario.ts";
import { type ResolvedStsOptions, resolveStsOptions, type StsOptions } from "./sts-options.ts";
import {
  defaultTenants,
  type ResolvedTenant,
  resolveTenants,
  type TenantOptions,
} from "./tenants.ts";

/** How a mock is to be; every field has a default. */
export interface MockStsOptions {
  /** Address to bind. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the token server. Default 0: any free one. */
  readonly port?: number;
  /** Port of the gateway. Default 0: any free one. */
  readonly gatewayPort?: number;
  /** Client id of the agent, who authenticates by certificate. Default `mock-agent`. */
  readonly clientId?: string;
  /** Whether the agent's tokens are bound to its certificate (RFC 8705, section 3). Default true. */
  readonly certificateBoundTokens?: boolean;
  /** Scopes the agent may ask for. Default: none. */
  readonly scopes?: readonly string[];
  /** Clients beside the agent. Default: none. */
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
  /** Serves plain HTTP: no TLS, and so no client certificates. Default false. */
  readonly insecureHttp?: boolean;
  /** Lifetime of access tokens in milliseconds, from 1 000 to 43 200 000 as in IAS. Default 3 600 000. */
  readonly tokenLifetimeMs?: number;
  /** Lifetime of XSUAA's tokens in milliseconds, from 1 000 to 43 200 000. Default 43 200 000. */
  readonly serviceTokenLifetimeMs?: number;
  /** Allowed difference between clocks in milliseconds. Default 0. */
  readonly clockSkewMs?: number;
  /** Longest time an assertion may still be valid for, in milliseconds. Default: any. */
  readonly maxAssertionLifetimeMs?: number;
  /** Whether an assertion works once only. Default false. */
  readonly refuseReusedAssertions?: boolean;
  /** Whether the gateway demands the certificate a token is bound to. Default false, as the real one. */
  readonly requireBoundCertificate?: boolean;
  /** The token exchange service. */
  readonly sts?: StsOptions;
  /** Sets of faults and settings that can be applied by name, beside the built-in ones; one of the same name wins. */
  readonly scenarios?: readonly Scenario[];
  /** Most that the request log holds; the oldest go first. Default 10 000 requests, 67 108 864 bytes. */
  readonly recordLimits?: { readonly requests?: number; readonly bytes?: number };
  /** Keeps the values of tokens, to be shown to who has the admin token. Default false: fingerprints and claims only. */
  readonly recordSecrets?: boolean;
  /** Further host names, without port, under which the controls may be reached over HTTP. Default: none. */
  readonly controlHosts?: readonly string[];
  /** Called when a request has its answer. */
  readonly onAnswer?: (request: RecordedRequest) => void;
}

/** Checked options with their defaults. */
export interface ResolvedOptions
  extends Required<
    Omit<
      MockStsOptions,
      "clients" | "scopes" | "maxAssertionLifetimeMs" | "tenants" | "sts" | "recordLimits"
    >
  > {
  readonly recordBounds: Bounds;
  readonly tenants: readonly ResolvedTenant[];
  readonly maxAssertionLifetimeMs: number | undefined;
  readonly subjectDn: string;
  readonly clients: Clients;
  readonly sts: ResolvedStsOptions;
}

/** Shortest and longest lifetime of an access token, in milliseconds; IAS allows 1 to 720 minutes. */
const [minTokenLifetimeMs, maxTokenLifetimeMs] = [1_000, 43_200_000];

/**
 * Checks options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option.
 */
export function resolveOptions(options: MockStsOptions): ResolvedOptions {
  const { clientId = "mock-agent", clients = [], mcpServers = defaultMcpServers } = options;
  const { maxAssertionLifetimeMs, clockSkewMs = 0, tokenLifetimeMs = 3_600_000 } = options;
  const { agents = defaultAgents, serviceTokenLifetimeMs = 43_200_000 } = options;
  const tenantId = text(options.tenantId ?? "mock-tenant", "tenantId");
  const identityZone = text(options.identityZone ?? "provider-zone", "identityZone");
  const subjectDn = `CN=${escapeDn(clientId)},OU=Agents,O=Mock STS`;
  checkNames(options);
  checkTokenLifetime(tokenLifetimeMs);
  checkTokenLifetime(serviceTokenLifetimeMs, "serviceTokenLifetimeMs");
  checkMcpServers(mcpServers);
  checkAgents(agents);
  return {
    host: text(options.host ?? "127.0.0.1", "host"),
    port: range(options.port ?? 0, "port", { min: 0, max: 65_535 }),
    gatewayPort: range(options.gatewayPort ?? 0, "gatewayPort", { min: 0, max: 65_535 }),
    clientId,
    subjectDn,
    clients: registerClients([agent(options, { clientId, subjectDn }), lobClient, ...clients]),
    gatewayClientId: text(options.gatewayClientId ?? "mock-agent-gateway", "gatewayClientId"),
    ...{ tenantId, identityZone, mcpServers, agents, tokenLifetimeMs, serviceTokenLifetimeMs },
    tenants: resolveTenants(options.tenants ?? defaultTenants, { identityZone, tenantId }),
    landscape: text(options.landscape ?? "eu10", "landscape"),
    insecureHttp: options.insecureHttp ?? false,
    clockSkewMs: range(clockSkewMs, "clockSkewMs", { min: 0, max: 600_000 }),
    maxAssertionLifetimeMs:
      maxAssertionLifetimeMs === undefined
        ? undefined
        : range(maxAssertionLifetimeMs, "maxAssertionLifetimeMs", { min: 1, max: 2 ** 53 }),
    certificateBoundTokens: options.certificateBoundTokens ?? true,
    refuseReusedAssertions: options.refuseReusedAssertions ?? false,
    requireBoundCertificate: options.requireBoundCertificate ?? false,
    sts: resolveStsOptions(options.sts ?? {}),
    ...resolveControlOptions(options),
    onAnswer: options.onAnswer ?? (() => {}),
  };
}

/** A misspelt option would be a default that nobody asked for. */
function checkNames(options: MockStsOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot start mock-sts: there is no option "${unknown}"`);
  }
}

const optionNames: Readonly<Record<keyof MockStsOptions, true>> = {
  host: true,
  port: true,
  gatewayPort: true,
  clientId: true,
  certificateBoundTokens: true,
  scopes: true,
  clients: true,
  gatewayClientId: true,
  tenantId: true,
  mcpServers: true,
  agents: true,
  identityZone: true,
  tenants: true,
  landscape: true,
  insecureHttp: true,
  tokenLifetimeMs: true,
  serviceTokenLifetimeMs: true,
  clockSkewMs: true,
  maxAssertionLifetimeMs: true,
  refuseReusedAssertions: true,
  requireBoundCertificate: true,
  sts: true,
  scenarios: true,
  recordLimits: true,
  recordSecrets: true,
  controlHosts: true,
  onAnswer: true,
};

/**
 * Checks a token lifetime.
 *
 * @throws RangeError naming the option.
 */
export function checkTokenLifetime(lifetimeMs: number, name = "tokenLifetimeMs"): number {
  return range(lifetimeMs, name, { min: minTokenLifetimeMs, max: maxTokenLifetimeMs });
}

function agent(
  { certificateBoundTokens = true, scopes = [] }: MockStsOptions,
  { clientId, subjectDn }: { clientId: string; subjectDn: string },
): ClientRegistration {
  return { clientId, authentication: "tls_client_auth", subjectDn, certificateBoundTokens, scopes };
}

/** Escapes a value for an RFC 4514 name. */
function escapeDn(value: string): string {
  return value.replace(/[\\",+<>;=#]|^ | $/g, "\\$&");
}

function text(value: string, name: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new TypeError(`Cannot start mock-sts: "${name}" must be a string that is not blank`);
}

function range(value: number, name: string, { min, max }: { min: number; max: number }): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(
    `Cannot start mock-sts: "${name}" must be an integer from ${min} to ${max}, got ${value}`,
  );
}
