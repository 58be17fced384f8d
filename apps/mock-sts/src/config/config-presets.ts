import type { MockStsOptions } from "../options/options.ts";
import {
  DEFAULT_MCP_SERVERS,
  gatewayServers,
  type McpServerOptions,
} from "../servers/mcp-servers.ts";
import { recordTools } from "../servers/record-tools.ts";
import type { PresetName } from "./preset-names.ts";

/** Settings for one purpose; a file and a command line win over them. */
export interface Preset {
  readonly description: string;
  readonly options: MockStsOptions;
}

const GATEWAY_SERVERS = gatewayServers(DEFAULT_MCP_SERVERS);
const STS_SERVERS = DEFAULT_MCP_SERVERS.filter((server) => !GATEWAY_SERVERS.includes(server));

/** Lists its tools for anyone, as gateways of agents want it, and needs a token to call one. */
const OPEN_SERVER: McpServerOptions = {
  name: "directory",
  ordId: "sap.mock:apiResource:directory:v1",
  globalTenantId: "250697",
  mode: "stateless",
  audience: "directory",
  requireTokenFor: "tool-calls",
  tools: recordTools("employee", [{ id: "E-1", name: "Ada Example" }]),
};

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
      "A token exchange service that accepts clients without authentication, and its servers; one of them lists its tools without a token",
    options: {
      tenants: [],
      mcpServers: [...STS_SERVERS, OPEN_SERVER],
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
