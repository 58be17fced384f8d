import { join, resolve } from "node:path";
import type { MockSts } from "../../mock-sts.ts";
import type { StsOptions } from "../../options/sts-options.ts";
import type { StsInfo } from "../../sts/sts-info.ts";
import type { AgentFlow } from "./binding-request.ts";
import { BUNDLE_FILE, CA_FILE } from "./trust-files.ts";

/** Lists the variables an agent needs to find the mock: only those of its flows and its scheme. */
export function agentEnvironment(
  mock: MockSts,
  context: EnvironmentContext,
): Readonly<Record<string, string>> {
  const { folder, flows } = context;
  const hasBinding = flows.includes("customer") || flows.includes("lob");
  return {
    ...(hasBinding && { SERVICE_BINDING_ROOT: resolve(folder) }),
    ...(mock.url.startsWith("https:") && trustVariables(folder)),
    ...(flows.includes("transparent") && transparentVariables(mock, context)),
    ...(flows.includes("lob") && {
      APPFND_CONHOS_LANDSCAPE: mock.landscape,
      AGENT_OAUTH_TENANT_TOKEN_URL: `${mock.url}/{tenant}/oauth/token`,
    }),
    ...(flows.includes("sts") && stsVariables(mock.sts, context.sts)),
  };
}

/** The facts about a start that the environment of an agent depends on. */
export interface EnvironmentContext {
  /** The folder with the files. */
  readonly folder: string;
  /** Flows that the agent may choose from. */
  readonly flows: readonly AgentFlow[];
  /** Client id of agents in transparent mode. */
  readonly transparentClientId: string;
  /** The options of the token exchange service. */
  readonly sts: StsOptions;
}

/** Node adds to its authorities what it is told; Python and Go replace theirs by it. */
function trustVariables(folder: string) {
  const bundle = resolve(join(folder, BUNDLE_FILE));
  return {
    NODE_EXTRA_CA_CERTS: resolve(join(folder, CA_FILE)),
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
  };
}

function transparentVariables(mock: MockSts, { transparentClientId }: EnvironmentContext) {
  return {
    INTEGRATION_CLIENT_ID: transparentClientId,
    INTEGRATION_AUTH_URL: mock.tokenEndpoint,
    INTEGRATION_GATEWAY_URL: mock.gatewayUrl,
    INTEGRATION_DEPENDENCIES: JSON.stringify(mock.credentials().integrationDependencies),
  };
}

/** kagent asks for one token for all its servers. */
function stsVariables(
  { wellKnownUri, mcpServers }: StsInfo,
  { severalTargets, quirks = [] }: StsOptions,
) {
  // The variables are lists with commas: a name with a comma cannot be in them.
  const all = mcpServers.filter(({ audience }) => !audience.includes(","));
  const servers = severalTargets === "refuse" ? all.slice(0, 1) : all;
  const takesResources = !quirks.includes("zitadel-invalid-target-for-resource");
  return {
    STS_WELL_KNOWN_URI: wellKnownUri,
    ...(servers.length > 0 && {
      KAGENT_STS_AUDIENCE: servers.map(({ audience }) => audience).join(","),
      ...(takesResources && { KAGENT_STS_RESOURCE: servers.map(({ url }) => url).join(",") }),
    }),
  };
}
