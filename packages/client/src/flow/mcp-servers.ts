import { type AccessToken, cachingTokenSource, type TokenSource } from "@agent-oauth/core";
import type { GatewayFlow, McpServerRef } from "@agent-oauth/core/gateway";
import {
  checkOptions,
  isPlainObject,
  type OptionNames,
  serverEntries,
  transportViolation,
} from "@agent-oauth/core/internal";
import { assertTarget } from "./target-request.ts";

/**
 * Makes a flow of a token source and a list of MCP servers, for everything that is not behind Agent Gateway.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({
 *   flow: mcpServers({
 *     tokens: fromTokenProvider(exchangeForUser),
 *     servers: [{ name: "orders", url: "https://orders.example/mcp", request: { audience: ["orders"] } }],
 *   }),
 * });
 * ```
 * @throws TypeError naming the option that does not exist or is wrong, or the server that is incomplete.
 */
export function mcpServers<T extends AccessToken>(options: McpServersOptions<T>): GatewayFlow<T> {
  checkOptions(options, { doing: "make a flow of MCP servers", names: NAMES, required: true });
  const { tokens, servers, systemTokens, fetch } = options;
  assertSource("tokens", tokens);
  if (systemTokens !== undefined) assertSource("systemTokens", systemTokens);
  const listed = Object.freeze(serversOf(servers));
  if (fetch !== undefined && typeof fetch !== "function") throw invalid("fetch", "a function");

  const userCache = cachingTokenSource(tokens);
  const systemCache = systemTokens && cachingTokenSource(systemTokens);
  const caches = systemCache === undefined ? [userCache] : [userCache, systemCache];
  return {
    userTokens: userCache,
    ...(systemCache && { systemTokens: systemCache }),
    clearTokens() {
      for (const cache of caches) cache.clear();
    },
    listMcpServers: () => Promise.resolve(listed),
    listAgents: () => Promise.resolve([]),
    clientId: () => Promise.resolve(undefined),
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    async close() {
      for (const cache of caches) cache.close();
    },
  };
}

/** What {@link mcpServers} makes a flow of. */
export interface McpServersOptions<T extends AccessToken = AccessToken> {
  /** Tokens on behalf of users; cached here unless it caches already. */
  readonly tokens: TokenSource<T>;
  /**
   * The servers, in the order in which they are listed: a list, an object by name, or either as the member `mcpServers`, as
   * the configuration files of other clients have them. Local commands and the transport `sse` are refused.
   */
  readonly servers:
    | readonly ConfiguredServer[]
    | ServersByName
    | { readonly mcpServers: readonly ConfiguredServer[] | ServersByName };
  /** Tokens of the agent itself, cached like `tokens`. Default: no such tokens, so that every call needs a user. */
  readonly systemTokens?: TokenSource<T>;
  /** What sends; give one that presents the certificate if the tokens are bound to it. Default `globalThis.fetch`, read at each call. */
  readonly fetch?: typeof globalThis.fetch;
}

/** An MCP server, and how a client reaches it. */
export interface ConfiguredServer extends McpServerRef {
  /** `"http"` for Streamable HTTP, the default; also written `"streamable-http"`. */
  readonly type?: string;
}

/** MCP servers by their names. */
export type ServersByName = Readonly<
  Record<string, Omit<ConfiguredServer, "name"> & { readonly name?: string }>
>;

const NAMES: OptionNames<McpServersOptions> = {
  tokens: true,
  servers: true,
  systemTokens: true,
  fetch: true,
};

const SERVER: OptionNames<McpServerRef> = {
  name: true,
  url: true,
  ordId: true,
  globalTenantId: true,
  request: true,
  tools: true,
  fault: true,
};

function assertSource(name: string, source: unknown): void {
  const isSource =
    typeof source === "object" &&
    source !== null &&
    "getToken" in source &&
    typeof source.getToken === "function";
  if (!isSource) throw invalid(name, "a token source");
}

function serversOf(servers: unknown): McpServerRef[] {
  const found = serverEntries(servers);
  if ("violation" in found) {
    throw new TypeError(`Cannot make a flow of MCP servers: "servers" ${found.violation}`);
  }
  return found.entries.map(({ place, value, key }) => {
    const where = place.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
    const option = `servers${where.join("")}`;
    const transport = transportViolation(value);
    if (transport !== undefined) throw new TypeError(`Cannot use "${option}": it ${transport}`);
    const server = isPlainObject(value) && "type" in value ? withoutType(value) : value;
    assertServer(server as McpServerRef, option);
    if (key === undefined || (server as McpServerRef).name === key) return server as McpServerRef;
    throw invalid(`${option}.name`, "the name under which the server stands, or left out");
  });
}

function withoutType({ type: _, ...server }: Readonly<Record<string, unknown>>): object {
  return server;
}

function assertServer(server: McpServerRef | null | undefined, option: string): void {
  const doing = `use "${option}"`;
  checkOptions(server, { doing, names: SERVER, what: "it", member: "member" });
  const { name, url } = server ?? {};
  if (typeof name !== "string" || name.trim() === "") {
    throw invalid(`${option}.name`, "a string that is not blank");
  }
  if (typeof url !== "string" || URL.parse(url) === null) {
    throw invalid(`${option}.url`, "an absolute URL");
  }
  assertTarget(server?.request, `"${option}.request"`);
  if (server?.tools === undefined) return;
  if (!isPlainObject(server.tools)) throw invalid(`${option}.tools`, "a plain object");
  for (const target of Object.values(server.tools)) {
    assertTarget(target, `what "${option}.tools" holds`);
  }
}

function invalid(name: string, wanted: string): TypeError {
  return new TypeError(`Cannot make a flow of MCP servers: "${name}" must be ${wanted}`);
}
