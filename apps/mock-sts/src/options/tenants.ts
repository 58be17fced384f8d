import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { checkText, isDnsLabel } from "../checks/option-values.ts";
import { quotedName } from "../checks/quoted-name.ts";
import { type AgentOptions, checkAgents } from "../servers/agents.ts";
import { checkMcpServers, type McpServerOptions } from "../servers/mcp-servers.ts";
import { recordTools } from "../servers/record-tools.ts";

/** A checked tenant with its defaults. */
export type ResolvedTenant = Required<TenantOptions>;

/** The default subscribers of a mock. */
export const DEFAULT_TENANTS: readonly TenantOptions[] = [
  { subdomain: "tenant-a" },
  { subdomain: "tenant-b" },
];

/** The lowest global tenant id of a subscriber; those of the provider's servers are lower. */
const FIRST_GLOBAL_TENANT_ID = 250_701;

/** First segments of the mock's own paths. */
export const RESERVED_SUBDOMAINS: readonly string[] = [
  "ias",
  "oauth",
  "oauth2",
  "mtls",
  "v1",
  "destination-configuration",
  "sts",
];

/**
 * Checks subscribers and fills in the defaults.
 *
 * @throws TypeError naming the tenant and the option.
 */
export function resolveTenants(
  tenants: readonly TenantOptions[],
  provider: { readonly identityZone: string; readonly tenantId: string },
): readonly ResolvedTenant[] {
  checkSubdomain(provider.identityZone);
  const taken = new Set([provider.identityZone, provider.tenantId]);
  return tenants.map((tenant, index) => {
    const start = `Cannot serve tenant ${quotedName(tenant?.subdomain)}:`;
    checkFields(tenant, { start, names: TENANT_NAMES });
    const resolved = resolveTenant(tenant, String(FIRST_GLOBAL_TENANT_ID + index));
    checkSubdomain(resolved.subdomain);
    const { subdomain, tenantId } = resolved;
    checkText(tenantId, { start, name: "tenantId" });
    if (taken.has(subdomain)) throw invalidTenant(subdomain, "another one has the same subdomain");
    if (taken.has(tenantId)) throw invalidTenant(subdomain, 'another one has the same "tenantId"');
    taken.add(subdomain).add(tenantId);
    checkMcpServers(resolved.mcpServers);
    if (resolved.mcpServers.some(({ audience }) => audience !== undefined)) {
      throw invalidTenant(subdomain, 'only servers of the provider can have an "audience"');
    }
    checkAgents(resolved.agents);
    return resolved;
  });
}

/** A subscriber: a consumer subaccount with its own identity tenant, MCP servers and agents. */
export interface TenantOptions {
  /** One RFC 1123 label; the tenant's part of every path. */
  readonly subdomain: string;
  /** Claims `zid` and `app_tid` of its tokens. Default: the subdomain followed by `-id`. */
  readonly tenantId?: string;
  /** Whether it has subscribed to the application; if not, XSUAA responds with 401. Default true. */
  readonly subscribed?: boolean;
  /** Its MCP servers. Default: `cost-centers` and `orders`, with a global tenant id of its own. */
  readonly mcpServers?: readonly McpServerOptions[];
  /** Its A2A agents. Default: `cost-center-agent`. */
  readonly agents?: readonly AgentOptions[];
}

const TENANT_NAMES: FieldKinds<TenantOptions> = {
  subdomain: "text",
  tenantId: "text",
  subscribed: "flag",
  mcpServers: "list",
  agents: "list",
};

function resolveTenant(tenant: TenantOptions, globalTenantId: string): ResolvedTenant {
  const { subdomain } = tenant;
  return {
    subdomain,
    tenantId: tenant.tenantId ?? `${subdomain}-id`,
    subscribed: tenant.subscribed ?? true,
    mcpServers: tenant.mcpServers ?? subscriberServers(subdomain, globalTenantId),
    agents: tenant.agents ?? subscriberAgents(globalTenantId),
  };
}

function subscriberServers(subdomain: string, globalTenantId: string): McpServerOptions[] {
  const [costCenters, orders] = ["cost-center", "order"].map(
    (name) => `sap.mock:apiResource:${name}:v1`,
  ) as [string, string];
  return [
    {
      name: "cost-centers",
      ordId: costCenters,
      globalTenantId,
      tools: recordTools("cost_center", [
        { id: "1000", name: `Research of ${subdomain}`, budget: 40_000 },
      ]),
    },
    {
      name: "orders",
      ordId: orders,
      globalTenantId,
      answers: "json",
      tools: recordTools("order", [{ id: "4711", customer: `Shop of ${subdomain}`, total: 12.5 }]),
    },
  ];
}

function subscriberAgents(globalTenantId: string): AgentOptions[] {
  return [{ name: "cost-center-agent", ordId: "sap.mock:agent:cost-center:v1", globalTenantId }];
}

function checkSubdomain(subdomain: string): void {
  if (!isDnsLabel(subdomain.toLowerCase())) {
    throw invalidTenant(subdomain, "its subdomain must be an RFC 1123 label");
  }
  if (RESERVED_SUBDOMAINS.includes(subdomain)) {
    throw invalidTenant(subdomain, "its subdomain is the beginning of a path of the mock");
  }
}

function invalidTenant(subdomain: unknown, violation: string): TypeError {
  return new TypeError(`Cannot serve tenant ${JSON.stringify(subdomain)}: ${violation}`);
}
