import { join, resolve } from "node:path";
import type { MockSts } from "../../mock-sts.ts";
import type { McpServerInfo } from "../../servers/mcp-servers.ts";
import type { AgentBinding } from "../binding/agent-binding.ts";
import { agentEnvironment } from "../binding/agent-environment.ts";
import { shellQuoted } from "../binding/shell-text.ts";
import type { StartInfo } from "./start-info.ts";
import type { Paint } from "./terminal-style.ts";

/** Width of the column with the names. */
const NAME_WIDTH = 14;

/** Describes what a mock serves, and how to point an agent at it. */
export function describeMock(mock: MockSts, info: StartInfo, paint: Paint): string {
  const layout: Layout = {
    heading: (text) => paint("bold", text),
    row: (name, text) => `  ${paint("cyan", name.padEnd(NAME_WIDTH))} ${text}`,
    server: ({ name, url }, note) => [
      `  ${paint("cyan", name)} ${paint("dim", note)}`.trimEnd(),
      `    ${url}`,
    ],
  };
  return `${[
    `${layout.heading("mock-sts is ready")} ${paint("dim", `(${info.version})`)}`,
    ...info.notes.map((note) => paint("yellow", `  note: ${note}`)),
    ...describeEndpoints(mock, info, layout),
    "",
    layout.heading("MCP servers"),
    ...describeServers(mock, layout),
    "",
    ...(info.binding === undefined
      ? describeWays(mock, info, layout)
      : describeBinding(mock, info.binding, layout)),
    layout.row("MCP SDK", describeSdk(info)),
    "",
    paint("dim", "Ctrl+C ends it. Certificates and keys are new at each start."),
  ].join("\n")}\n`;
}

interface Layout {
  readonly heading: (text: string) => string;
  readonly row: (name: string, text: string) => string;
  readonly server: (server: McpServerInfo, note: string) => readonly string[];
}

function describeEndpoints(mock: MockSts, { config }: StartInfo, { row }: Layout): string[] {
  const subscribers = mock.tenants.filter(({ isProvider }) => !isProvider);
  const clients = mock.sts.publicClient
    ? "any request may exchange, without a client (--public-client)"
    : "its requests need a client; --public-client allows exchanges without one";
  return [
    row("dashboard", `${mock.url}/`),
    row("IAS", mock.tokenEndpoint),
    ...(subscribers.length > 0 ? [row("XSUAA", `${mock.url}/{tenant}/oauth/token`)] : []),
    row("STS", mock.sts.tokenEndpoint),
    row("", clients),
    ...mock.issuers.map(({ name, tokenEndpoint }) => row(name, tokenEndpoint)),
    row("gateway", mock.gatewayUrl),
    row("controls", mock.controlUrl),
    row("admin token", mock.adminToken),
    row("tenants", ["the provider", ...subscribers.map(({ subdomain }) => subdomain)].join(", ")),
    row("configuration", config),
  ];
}

function describeServers({ tenants, sts, issuers }: MockSts, { server }: Layout): string[] {
  const ofTenants = tenants.flatMap(({ mcpServers, subdomain, isProvider }) =>
    mcpServers.flatMap((it) => server(it, noteOf(it, isProvider ? "" : `of ${subdomain}`))),
  );
  const exchanged = [sts, ...issuers].flatMap(({ mcpServers }) =>
    mcpServers.flatMap((it) => server(it, noteOf(it, `takes exchanged tokens for ${it.audience}`))),
  );
  return [...ofTenants, ...exchanged];
}

function noteOf({ requireTokenFor }: McpServerInfo, note: string): string {
  if (requireTokenFor !== "tool-calls") return note;
  return [note, "lists without a token"].filter(Boolean).join("; ");
}

function describeWays(mock: MockSts, { flows }: StartInfo, { heading, row }: Layout): string[] {
  const isTls = mock.url.startsWith("https:");
  return [
    heading("Point an agent at it"),
    row("any flow", `start with --write-binding DIR, then  ${environmentCommand("DIR")}`),
    row("one flow", "add --flow customer, transparent, lob or sts"),
    ...(flows.includes("sts")
      ? [row("STS, kagent", `STS_WELL_KNOWN_URI=${mock.sts.wellKnownUri}`)]
      : []),
    ...(isTls ? [row("TLS", "--write-binding DIR writes DIR/ca.pem for NODE_EXTRA_CA_CERTS")] : []),
  ];
}

function describeBinding(mock: MockSts, binding: AgentBinding, { heading, row }: Layout): string[] {
  const { folder, userTokens } = binding;
  return [
    heading(`Point an agent at it: ${environmentCommand(shellWord(resolve(folder)))}`),
    ...Object.entries(agentEnvironment(mock, binding)).map(([name, value]) => `  ${name}=${value}`),
    ...userTokens.map(({ file, clientId }) =>
      row("user token", `${join(folder, file)}, written for ${clientId}`),
    ),
  ];
}

/** Reading the file itself would replace what a shell trusts that the mock has not seen. */
function environmentCommand(folder: string): string {
  return `eval "$(mock-sts --print-env ${folder})"`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : shellQuoted(text);
}

function describeSdk({ clientIds }: StartInfo): string {
  const client =
    clientIds.length > 0 ? `as ${clientIds.join(" or ")}` : "--client ID:SECRET adds a client";
  return `any URL above; its 401 leads to the authorization server; ${client}`;
}
