import { join } from "node:path";
import type { MockSts } from "../mock-sts.ts";
import { agentEnvironment, ENVIRONMENT_FILE, userTokenFile } from "./agent-binding.ts";
import type { BindingRequest } from "./cli-arguments.ts";
import type { Paint } from "./terminal-style.ts";

/** The facts about a start that are printed together with the mock itself. */
export interface StartInfo {
  readonly version: string;
  readonly binding: BindingRequest | undefined;
  /** Where the configuration came from, in words. */
  readonly config: string;
}

/** Width of the column with the names. */
const NAME_WIDTH = 14;

/** Describes what a mock serves, and how to point an agent at it. */
export function describeMock(mock: MockSts, info: StartInfo, paint: Paint): string {
  const heading = (text: string) => paint("bold", text);
  const row = (name: string, text: string) => `  ${paint("cyan", name.padEnd(NAME_WIDTH))} ${text}`;
  const server = (name: string, note = "") =>
    `  ${paint("cyan", name)} ${paint("dim", note)}`.trimEnd();
  const { binding, config } = info;
  const exchanged = [mock.sts, ...mock.issuers].flatMap(({ mcpServers }) => mcpServers);
  const subscribers = mock.tenants.filter(({ isProvider }) => !isProvider);
  return `${[
    `${heading("mock-sts is ready")} ${paint("dim", `(${info.version})`)}`,
    row("dashboard", `${mock.url}/`),
    row("IAS", `${mock.tokenEndpoint}`),
    row("XSUAA", `${mock.url}/{tenant}/oauth/token`),
    row("STS", mock.sts.tokenEndpoint),
    ...mock.issuers.map(({ issuer, tokenEndpoint }) =>
      row(issuer.slice(issuer.lastIndexOf("/") + 1), tokenEndpoint),
    ),
    row("gateway", mock.gatewayUrl),
    row("controls", mock.controlUrl),
    row("admin token", mock.adminToken),
    row("tenants", ["the provider", ...subscribers.map(({ subdomain }) => subdomain)].join(", ")),
    row("configuration", config),
    "",
    heading("MCP servers"),
    ...mock.mcpServers.flatMap(({ name, url }) => [server(name), `    ${url}`]),
    ...exchanged.flatMap(({ name, url, audience }) => [
      server(name, `takes exchanged tokens for ${audience}`),
      `    ${url}`,
    ]),
    "",
    ...describeFlows(mock, binding, { heading, row }),
    "",
    paint("dim", "Ctrl+C ends it. Certificates and keys are new at each start."),
  ].join("\n")}\n`;
}

interface Layout {
  readonly heading: (text: string) => string;
  readonly row: (name: string, text: string) => string;
}

function describeFlows(
  mock: MockSts,
  binding: BindingRequest | undefined,
  { heading, row }: Layout,
): string[] {
  const { wellKnownUri } = mock.sts;
  const sdk = row("MCP SDK", "any URL above; its 401 leads to the authorization server");
  if (binding === undefined) {
    return [
      heading("Point an agent at it"),
      row("customer, LoB", "start with --write-binding DIR, then  . DIR/env.sh"),
      row("STS, kagent", `STS_WELL_KNOWN_URI=${wellKnownUri}`),
      sdk,
      row("TLS", "--write-binding DIR writes DIR/ca.pem for NODE_EXTRA_CA_CERTS"),
    ];
  }
  const { folder, users } = binding;
  return [
    heading(`Point an agent at it: . ${join(folder, ENVIRONMENT_FILE)}`),
    ...Object.entries(agentEnvironment(mock, binding)).map(([name, value]) => `  ${name}=${value}`),
    ...users.map((user) => row("user token", join(folder, userTokenFile(user)))),
    sdk,
  ];
}

/** Lists what a mock serves, for programs; it contains no secret. */
export function readyFields(mock: MockSts, { version, binding, config }: StartInfo) {
  const { url, gatewayUrl, tokenEndpoint, controlUrl, sts } = mock;
  return {
    version,
    config,
    url,
    gatewayUrl,
    tokenEndpoint,
    controlUrl,
    wellKnownUri: sts.wellKnownUri,
    ...(binding && { environment: agentEnvironment(mock, binding) }),
  };
}
