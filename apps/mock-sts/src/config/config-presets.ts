import type { MockStsOptions } from "../options/options.ts";
import { DEFAULT_MCP_SERVERS, gatewayServers } from "../servers/mcp-servers.ts";
import type { PresetName } from "./preset-names.ts";

/** Settings for one purpose; a file and a command line win over them. */
export interface Preset {
  readonly description: string;
  readonly options: MockStsOptions;
}

const GATEWAY_SERVERS = gatewayServers(DEFAULT_MCP_SERVERS);
const STS_SERVERS = DEFAULT_MCP_SERVERS.filter((server) => !GATEWAY_SERVERS.includes(server));

/** The presets by their names. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  everything: {
    description: "All that the mock serves, as without a preset",
    options: {},
  },
  ias: {
    description: "A customer's IAS tenant and gateway: no subscribers, no servers of the STS",
    options: { tenants: [], mcpServers: GATEWAY_SERVERS, agents: [] },
  },
  "btp-lob": {
    description: "A line-of-business agent's provider with three subscribers, one unsubscribed",
    options: {
      mcpServers: GATEWAY_SERVERS,
      tenants: [
        { subdomain: "tenant-a" },
        { subdomain: "tenant-b" },
        { subdomain: "tenant-c", subscribed: false },
      ],
    },
  },
  "kagent-sts": {
    description:
      "A token exchange service that accepts clients without authentication, and its servers",
    options: {
      tenants: [],
      mcpServers: STS_SERVERS,
      agents: [],
      sts: { publicClient: true },
    },
  },
  "keycloak-like": {
    description: "A token exchange service that refuses as Keycloak does, and its servers",
    options: {
      tenants: [],
      mcpServers: STS_SERVERS,
      agents: [],
      tokenLifetimeMs: 300_000,
      sts: {
        subjectForRequester: true,
        quirks: [
          "keycloak-invalid-client-for-unknown-audience",
          "keycloak-access-denied-for-foreign-subject",
        ],
      },
    },
  },
};
