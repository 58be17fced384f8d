import type { McpServerInfo } from "../servers/mcp-servers.ts";
import type { CertificatePair } from "../tls/certificate-authority.ts";

/** Content of the credentials file of Agent Gateway's customer flow. */
export interface CustomerCredentials {
  readonly tokenServiceUrl: string;
  readonly clientid: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
  readonly gatewayUrl: string;
  readonly integrationDependencies: readonly { ordId: string; globalTenantId: string }[];
}

/** Builds the credentials an agent needs for the customer flow. */
export function customerCredentials(options: {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly pair: CertificatePair;
  readonly gatewayUrl: string;
  readonly mcpServers: readonly McpServerInfo[];
}): CustomerCredentials {
  return {
    tokenServiceUrl: options.tokenEndpoint,
    clientid: options.clientId,
    certificate: options.pair.certificate,
    privateKey: options.pair.key,
    gatewayUrl: options.gatewayUrl,
    integrationDependencies: options.mcpServers.map(({ ordId, globalTenantId }) => ({
      ordId,
      globalTenantId,
    })),
  };
}
