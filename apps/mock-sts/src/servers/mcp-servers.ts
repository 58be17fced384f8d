import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { checkChoice, checkInteger, checkText } from "../checks/option-values.ts";
import { quotedName } from "../checks/quoted-name.ts";
import { checkTrustedIssuer, type TrustedIssuer } from "../keys/trusted-issuer.ts";
import { checkTools, type McpTool } from "./mcp-tools.ts";
import { recordTools } from "./record-tools.ts";
import { canonicalPath, checkTarget, type TargetAddress, targetPath } from "./target-address.ts";

/** An MCP server as callers address it. */
export interface McpServerInfo {
  readonly name: string;
  readonly ordId: string;
  readonly globalTenantId: string;
  readonly url: string;
  /** Whether only tool calls need a token. */
  readonly requireTokenFor?: McpServerOptions["requireTokenFor"];
}

/** The default MCP servers of the provider: one of each kind, and two with an audience of their own. */
export const DEFAULT_MCP_SERVERS: readonly McpServerOptions[] = [
  {
    name: "cost-centers",
    ordId: "sap.mock:apiResource:cost-center:v1",
    globalTenantId: "250695",
    tools: recordTools("cost_center", [
      { id: "1000", name: "Research", budget: 120_000 },
      { id: "2000", name: "Operations", budget: 80_000 },
    ]),
  },
  {
    name: "orders",
    ordId: "sap.mock:apiResource:order:v1",
    globalTenantId: "250695",
    answers: "json",
    pageSize: 2,
    tools: recordTools("order", [
      { id: "4711", customer: "Blue Whale Books", total: 59.9 },
      { id: "4712", customer: "Red Fox Radio", total: 1204 },
      { id: "4713", customer: "Green Finch Grocers", total: 17.25 },
    ]),
  },
  {
    name: "calendar",
    ordId: "sap.mock:apiResource:calendar:v1",
    globalTenantId: "250696",
    mode: "stateless",
    tools: recordTools("event", [
      { id: "e1", title: "Quarterly review", start: "2026-10-01T09:00:00Z" },
      { id: "e2", title: "Supplier call", start: "2026-10-02T13:30:00Z" },
    ]),
  },
  {
    name: "tickets",
    ordId: "sap.mock:apiResource:ticket:v1",
    globalTenantId: "250697",
    audience: "tickets",
    tools: recordTools("ticket", [
      { id: "T-1", title: "Printer on fire" },
      { id: "T-2", title: "Screen too bright" },
    ]),
  },
  {
    name: "payroll",
    ordId: "sap.mock:apiResource:payroll:v1",
    globalTenantId: "250697",
    mode: "stateless",
    audience: "payroll",
    tools: recordTools("payslip", [{ id: "2026-09", gross: 5_400 }]),
  },
];

const DEFAULT_TOOLS = recordTools("item", [{ id: "1", name: "First" }]);

/** Chooses the servers that accept the gateway's tokens. */
export function gatewayServers(servers: readonly McpServerOptions[]): readonly McpServerOptions[] {
  return servers.filter(({ audience }) => audience === undefined);
}

/** An MCP server behind the gateway. */
export interface McpServerOptions extends TargetAddress {
  /** `session`: 2025 revisions with `Mcp-Session-Id`. `stateless`: 2026-07-28, and 2025 without sessions. Default `session`. */
  readonly mode?: "session" | "stateless";
  /** Whether session servers stream responses as events or send JSON. Default `stream`. */
  readonly answers?: "stream" | "json";
  /** Tools on one page of `tools/list`. Default: all. */
  readonly pageSize?: number;
  /**
   * Name of the server in `aud`: it accepts only tokens of the token exchange service, for this
   * name or for its URL. Default: none; it accepts the gateway's tokens of its tenant.
   */
  readonly audience?: string;
  /**
   * Issuer of the tokens that a server with an audience accepts: an issuer of the mock by its name,
   * or another one. Default `sts`.
   */
  readonly issuer?: string | TrustedIssuer;
  /**
   * What a request needs a token for: `all`, or `tool-calls`, so that anyone may list the tools. A
   * token that is sent must be valid. Default `all`.
   */
  readonly requireTokenFor?: "all" | "tool-calls";
  /** Scope a token must have. Default: none. */
  readonly requiredScope?: string;
  /** Whether tokens must be bound to a key by DPoP. Default false: they may be. */
  readonly requireDpop?: boolean;
  /** Default: `whoami`, `echo`, `mirror`, `lookup_item` and `report_items`. */
  readonly tools?: readonly McpTool[];
}

/** Returns the tools of a server. */
export function toolsOf({ tools = DEFAULT_TOOLS }: McpServerOptions): readonly McpTool[] {
  return tools;
}

/** Returns the path of a server below the gateway's origin. */
export function mcpServerPath(server: TargetAddress): string {
  return targetPath("mcp", server);
}

/** Finds the server a path names, percent-encoded or not. */
export function findMcpServer(
  servers: readonly McpServerOptions[],
  path: string,
): McpServerOptions | undefined {
  const wanted = canonicalPath(path);
  return servers.find((server) => canonicalPath(mcpServerPath(server)) === wanted);
}

/**
 * Checks the servers of a gateway.
 *
 * @throws TypeError or RangeError naming the server and the option.
 */
export function checkMcpServers(servers: readonly McpServerOptions[]): void {
  const taken = new Set<string>();
  for (const server of servers) {
    const label = `Cannot serve MCP server ${quotedName(server?.name)}`;
    checkFields(server, { start: `${label}:`, names: SERVER_NAMES });
    checkTools(server.tools ?? [], label);
    checkChoice(server.mode, { start: `${label}:`, name: "mode", choices: MODES });
    checkChoice(server.answers, { start: `${label}:`, name: "answers", choices: RESPONSE_FORMS });
    checkChoice(server.requireTokenFor, {
      start: `${label}:`,
      name: "requireTokenFor",
      choices: TOKEN_NEEDS,
    });
    checkTarget(server, { label, noun: "server", kind: "mcp", taken });
    const { pageSize, audience, issuer, requiredScope = "" } = server;
    // MCP: a resource server must not ask for refresh tokens, neither in a challenge nor in
    // metadata.
    if (requiredScope.split(" ").includes("offline_access")) {
      throw new TypeError(`${label}: "requiredScope" cannot hold offline_access`);
    }
    if (issuer !== undefined && audience === undefined) {
      throw new TypeError(`${label}: only a server with an "audience" can have an "issuer"`);
    }
    if (issuer !== undefined && typeof issuer !== "string")
      checkTrustedIssuer(issuer, `${label}: "issuer"`);
    if (audience !== undefined) checkText(audience, { start: `${label}:`, name: "audience" });
    if (pageSize !== undefined) {
      checkInteger(pageSize, { start: `${label}:`, name: "pageSize", min: 1 });
    }
  }
}

const MODES = ["session", "stateless"];

const TOKEN_NEEDS = ["all", "tool-calls"];

const RESPONSE_FORMS = ["stream", "json"];

const SERVER_NAMES: FieldKinds<McpServerOptions> = {
  name: "text",
  ordId: "text",
  globalTenantId: "text",
  mode: "text",
  answers: "text",
  pageSize: "number",
  audience: "text",
  issuer: "other",
  requireTokenFor: "text",
  requiredScope: "text",
  requireDpop: "flag",
  tools: "list",
};

/**
 * Checks that the issuers of all servers exist.
 *
 * @throws TypeError naming the server and the issuer.
 */
export function checkServersIssuers(
  servers: readonly McpServerOptions[],
  issuers: readonly string[],
): void {
  const lost = servers.find(
    ({ issuer }) => typeof issuer === "string" && !issuers.includes(issuer),
  );
  if (lost === undefined) return;
  const name = JSON.stringify(lost.name);
  const issuer = JSON.stringify(lost.issuer);
  throw new TypeError(`Cannot serve MCP server ${name}: unknown issuer ${issuer}`);
}
