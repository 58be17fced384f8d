import { IDENTITY_PATHS } from "../oauth/issuer-paths.ts";
import { agentGatewayResource } from "../oauth/resources.ts";
import { LOB_CLIENT } from "../options/lob-client.ts";
import { agentPath } from "../servers/agents.ts";
import { mcpServerPath } from "../servers/mcp-servers.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import type { CertificatePair } from "../tls/certificate-authority.ts";
import type { ConfigurationLabel, Configurations } from "./configurations.ts";

/** What a fragment is for: values of the label `sap-managed-runtime-type`. */
export type FragmentType =
  | "subscriber.ias"
  | "subscriber.ias.user"
  | "agw.mcp.server"
  | "agw.a2a.server";

const KEY_STORE_NAME = "sap-managed-runtime-ias.pem";

/** Names the destination of a landscape. */
export function iasDestinationName(landscape: string): string {
  return `sap-managed-runtime-ias-${landscape}`;
}

/** The parts of a landscape. */
export interface LandscapeOptions {
  readonly landscape: string;
  readonly tenants: Tenants;
  /** Certificate and key of the client `LOB_CLIENT`. */
  readonly keyStore: CertificatePair;
}

/** Puts the provider's destination and the subscribers' fragments where Agent Gateway has them. */
export function seedLandscape(configurations: Configurations, options: LandscapeOptions): void {
  const { landscape, tenants, keyStore } = options;
  const { tenantId, issuer, gatewayUrl } = tenants.provider;
  const place = { tenantId, level: "subaccount" } as const;
  const pem = `${keyStore.certificate}\n${keyStore.key}`;
  configurations.put(
    { ...place, kind: "Certificates" },
    {
      name: KEY_STORE_NAME,
      labels: [],
      properties: {
        Name: KEY_STORE_NAME,
        Type: "CERTIFICATE",
        Content: Buffer.from(pem).toString("base64"),
      },
    },
  );
  const name = iasDestinationName(landscape);
  configurations.put(
    { ...place, kind: "Destinations" },
    { name, labels: [], properties: iasDestination(name, { issuer, gatewayUrl }) },
  );
  for (const tenant of tenants.all) {
    if (!tenant.isProvider) seedTenant(configurations, tenant);
  }
}

function iasDestination(
  name: string,
  { issuer, gatewayUrl }: Pick<Tenant, "issuer" | "gatewayUrl">,
) {
  return {
    Name: name,
    Type: "HTTP",
    URL: gatewayUrl,
    ProxyType: "Internet",
    Authentication: "OAuth2ClientCredentials",
    clientId: LOB_CLIENT.clientId,
    tokenServiceURL: `${issuer}${IDENTITY_PATHS.token}`,
    tokenServiceURLType: "Dedicated",
    "tokenService.KeyStoreLocation": KEY_STORE_NAME,
    "tokenService.body.resource": agentGatewayResource,
  };
}

/** Writes a tenant's fragments at the level of its subscription. */
function seedTenant(configurations: Configurations, tenant: Tenant): void {
  const { subdomain, tenantId, issuer, gatewayUrl: URL, mcpServers, agents } = tenant;
  const shelf = { tenantId, level: "instance", kind: "DestinationFragments" } as const;
  const put = (name: string, own: object, labels: readonly ConfigurationLabel[]) => {
    const properties = { FragmentName: name, ...own };
    configurations.put(shelf, { name, properties, labels });
  };
  const ias = { URL, tokenServiceURL: `${issuer}${IDENTITY_PATHS.token}` };
  const user = { Authentication: "OAuth2JWTBearer", "tokenService.body.token_format": "jwt" };
  const prefix = "sap-managed-runtime-agw";
  put(`${prefix}-subscriber-ias-${subdomain}`, ias, [fragmentTypeLabel("subscriber.ias")]);
  const userName = `${prefix}-subscriber-ias-user-${subdomain}`;
  put(userName, { ...ias, ...user }, [fragmentTypeLabel("subscriber.ias.user")]);
  for (const server of mcpServers) {
    const labels = [fragmentTypeLabel("agw.mcp.server"), ...identified(server)];
    put(
      `${prefix}-mcp-${server.name}-${subdomain}`,
      { URL: `${URL}${mcpServerPath(server)}` },
      labels,
    );
  }
  for (const agent of agents) {
    const labels = [fragmentTypeLabel("agw.a2a.server"), ...identified(agent)];
    put(`${prefix}-a2a-${agent.name}-${subdomain}`, { URL: `${URL}${agentPath(agent)}` }, labels);
  }
}

/** Builds the label that tells what a fragment is for. */
export function fragmentTypeLabel(type: FragmentType): ConfigurationLabel {
  return { key: "sap-managed-runtime-type", values: [type] };
}

function identified(target: { ordId: string; globalTenantId: string }): ConfigurationLabel[] {
  return [
    { key: "sap-managed-runtime-ordid", values: [target.ordId] },
    { key: "sap-managed-runtime-gtid", values: [target.globalTenantId] },
  ];
}
