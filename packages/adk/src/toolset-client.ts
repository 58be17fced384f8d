import {
  type AgentGatewayClient,
  type AgentGatewayClientOptions,
  createAgentGatewayClient,
  type McpServerRef,
  type McpServersOptions,
  mcpServers,
} from "@agent-oauth/client";
import { checkOptions, type OptionNames, pickOptions } from "@agent-oauth/core/internal";
import { TOOLSET_NAMES } from "./toolset-options.ts";

/** `onExchangeError` is the toolset's name for `missingToken`. */
type ClientOptions = Omit<AgentGatewayClientOptions, "flow" | "flows" | "missingToken">;

/** A toolset with a client of its own: what `mcpServers()` and `createAgentGatewayClient()` of `client` take, and the servers. */
export interface OwnClientOptions extends Omit<McpServersOptions, "servers">, ClientOptions {
  /** The MCP server: its `request` says what its tokens are asked for (audience, resource, scope), its `tools` what single tools need instead. */
  readonly server?: McpServerRef;
  /** Several servers, in place of `server`. Their tools need names of their own. */
  readonly servers?: readonly McpServerRef[];
  /** What becomes of a call for whose user no token can be had: it fails, or goes out without a token. Default `"fail"`. */
  readonly onExchangeError?: "fail" | "anonymous";
  readonly client?: never;
}

/** A toolset that shares a client, with all servers of its flow. */
export interface SharedClientOptions {
  /** The caller closes it. */
  readonly client: AgentGatewayClient;
  readonly server?: never;
  readonly servers?: never;
  readonly tokens?: never;
  readonly systemTokens?: never;
  readonly onExchangeError?: never;
}

const CLIENT_NAMES: OptionNames<ClientOptions> = {
  timeoutMs: true,
  toolTimeoutMs: true,
  maxTotalTimeoutMs: true,
  maxCallBytes: true,
  maxListBytes: true,
  maxTools: true,
  discoveryConcurrency: true,
  maxSessions: true,
  sessionIdleMs: true,
  versionNegotiation: true,
  allowOrigins: true,
  allowInsecureHosts: true,
  clientInfo: true,
  onEvent: true,
  clock: true,
};

const OWN_NAMES: OptionNames<OwnClientOptions> = {
  ...CLIENT_NAMES,
  server: true,
  servers: true,
  tokens: true,
  systemTokens: true,
  fetch: true,
  onExchangeError: true,
  client: true,
};

/**
 * Refuses options that there are none of, also those of a client that is given.
 *
 * @throws TypeError naming the option.
 */
export function checkToolsetOptions<O extends OwnClientOptions | SharedClientOptions>(given: O): O {
  const names = { ...TOOLSET_NAMES, ...OWN_NAMES };
  checkOptions(given, { doing: "create an MCP toolset", names });
  const options = given ?? {};
  if (options.client === undefined) return options;
  for (const [name, value] of Object.entries(options)) {
    if (name === "client" || value === undefined || Object.hasOwn(TOOLSET_NAMES, name)) continue;
    throw new TypeError(`Cannot use the option "${name}": the "client" given decides`);
  }
  return options;
}

/**
 * Returns the client that a toolset was given, or makes one of its own.
 *
 * @throws TypeError | RangeError naming the option that is missing, of a wrong type or out of range.
 */
export function toolsetClient(options: OwnClientOptions | SharedClientOptions): {
  readonly client: AgentGatewayClient;
  readonly isOwn: boolean;
} {
  return options.client === undefined
    ? { client: ownClient(options), isOwn: true }
    : { client: options.client, isOwn: false };
}

function ownClient(options: OwnClientOptions): AgentGatewayClient {
  const { server, servers, tokens, systemTokens, fetch, onExchangeError = "fail" } = options;
  if ((server === undefined) === (servers === undefined)) {
    throw new TypeError('Cannot create an MCP toolset: give either "server" or "servers"');
  }
  if (onExchangeError !== "fail" && onExchangeError !== "anonymous") {
    throw new TypeError(
      'Cannot use the option "onExchangeError": it must be "fail" or "anonymous"',
    );
  }
  const flow = mcpServers({
    tokens,
    servers: servers ?? (server === undefined ? [] : [server]),
    ...(systemTokens && { systemTokens }),
    ...(fetch && { fetch }),
  });
  return createAgentGatewayClient({
    ...pickOptions(options, CLIENT_NAMES),
    flow,
    missingToken: onExchangeError,
  });
}
