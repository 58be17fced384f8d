import type { KeyRings } from "../keys/key-rings.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { ResolvedOptions } from "../options/options.ts";
import type { ResolvedTenant } from "../options/tenants.ts";
import type { AgentOptions } from "../servers/agents.ts";
import type { McpServerOptions } from "../servers/mcp-servers.ts";
import type { Clock } from "../time/clock.ts";
import { AccessTokens, type TokenFormat } from "../tokens/access-tokens.ts";

/** How the Destination Service returns a tenant's access tokens. */
export interface AuthTokenSettings {
  /** Adds an item with an error before the token, or in place of it. Default: no such item. */
  readonly error?: "first" | "alone";
  /** Default: as the identity tenant issues it. */
  readonly format?: TokenFormat;
  /** Value of `expires_in`. Default: the remaining seconds, as a string. */
  readonly expiresIn?: string;
}

/** A tenant of a running mock: the provider, or a subscriber. */
export interface Tenant {
  readonly subdomain: string;
  readonly tenantId: string;
  readonly isProvider: boolean;
  /** Path of its identity tenant on the token server; empty for the provider. */
  readonly iasPath: string;
  /** Issuer of its identity tenant. */
  readonly issuer: string;
  /** XSUAA's token endpoint, which is also the issuer of its service tokens. */
  readonly serviceTokenEndpoint: string;
  /** Path of its part of the gateway; empty for the provider. */
  readonly gatewayPath: string;
  readonly gatewayUrl: string;
  readonly mcpServers: readonly McpServerOptions[];
  readonly agents: readonly AgentOptions[];
  /** Tokens of its identity tenant. */
  readonly tokens: AccessTokens;
  /** Tokens of XSUAA for the Destination Service. */
  readonly serviceTokens: AccessTokens;
  /** Read at each request. */
  readonly settings: { subscribed: boolean; authTokens: AuthTokenSettings };
}

/** The tenants of a mock. */
export interface Tenants {
  readonly provider: Tenant;
  readonly all: readonly Tenant[];
  /** The keys of XSUAA for all tenants. */
  readonly serviceKeys: SigningKeys;
  /** Finds a tenant by its subdomain. */
  bySubdomain(subdomain: string): Tenant | undefined;
  /** Finds a tenant by the value of a property. */
  find(
    property: "tenantId" | "issuer" | "serviceTokenEndpoint",
    value: unknown,
  ): Tenant | undefined;
}

interface TenantContext {
  readonly options: ResolvedOptions;
  readonly keys: KeyRings;
  readonly clock: Clock;
  readonly url: string;
  readonly gatewayUrl: string;
}

/** Creates the provider and the subscribers. */
export function createTenants(context: TenantContext): Tenants {
  const { identityZone, tenantId, mcpServers, agents, tenants } = context.options;
  const own = { subdomain: identityZone, tenantId, mcpServers, agents, subscribed: true };
  const { keys, url, options } = context;
  const zones = [own, ...tenants].map(({ subdomain }) => serviceIssuer(url, subdomain));
  const serviceKeys = keys.create(zones, options.signingAlgorithm);
  const shared = { ...context, serviceKeys };
  const provider = createTenant(own, { isProvider: true, ...shared });
  const subscribers = tenants.map((options) =>
    createTenant(options, { isProvider: false, ...shared }),
  );
  const all = [provider, ...subscribers];
  return {
    provider,
    all,
    serviceKeys,
    bySubdomain: (subdomain) => all.find((tenant) => tenant.subdomain === subdomain),
    find: (property, value) => all.find((tenant) => tenant[property] === value),
  };
}

/** XSUAA's token endpoint for a zone, which is also the issuer there. */
function serviceIssuer(url: string, subdomain: string): string {
  return `${url}/${subdomain}/oauth/token`;
}

/** The provider has the paths of the customer flow; the paths of all subscribers have a prefix. */
function createTenant(
  { subscribed, ...options }: ResolvedTenant,
  context: TenantContext & { isProvider: boolean; serviceKeys: SigningKeys },
): Tenant {
  const { isProvider, serviceKeys, clock, url } = context;
  const { clockSkewMs, signingAlgorithm } = context.options;
  const iasPath = isProvider ? "" : `/ias/${options.subdomain}`;
  const gatewayPath = isProvider ? "" : `/${options.subdomain}`;
  const issuer = `${url}${iasPath}`;
  const serviceTokenEndpoint = serviceIssuer(url, options.subdomain);
  const keys = context.keys.create([issuer], signingAlgorithm);
  const common = { clock, clockSkewMs };
  return {
    ...options,
    isProvider,
    iasPath,
    issuer,
    serviceTokenEndpoint,
    gatewayPath,
    gatewayUrl: `${context.gatewayUrl}${gatewayPath}`,
    tokens: new AccessTokens({ ...common, issuer, keys }),
    serviceTokens: new AccessTokens({
      ...common,
      issuer: serviceTokenEndpoint,
      keys: serviceKeys,
      typ: "JWT",
    }),
    settings: { subscribed, authTokens: {} },
  };
}
