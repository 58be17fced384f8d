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

/** The options of the client, except `missingToken`: the toolset calls that option `onExchangeError`. */
type ClientOptions = Omit<AgentGatewayClientOptions, "flow" | "flows" | "missingToken">;

/** Options of a toolset with its own client: those of `mcpServers()` and `createAgentGatewayClient()` of `client`, and the servers. */
export interface OwnClientOptions extends Omit<McpServersOptions, "servers">, ClientOptions {
  /**
   * The MCP server. Its `request` holds the audience, resource and scope of its tokens; its `tools` holds other values for single
   * tools.
   */
  readonly server?: McpServerRef;
  /** Several servers, in place of `server`. All their tools must have different names. */
  readonly servers?: readonly McpServerRef[];
  /** What happens if the token of a call's user cannot be obtained: the call fails, or it is sent without a token. Default `"fail"`. */
  readonly onExchangeError?: "fail" | "anonymous";
  readonly client?: never;
}

/** Options of a toolset that shares a client. It shows the tools of all servers of the client's flow. */
export interface SharedClientOptions {
  /** The shared client. The caller closes it. */
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
 * Refuses unknown options. If the option `client` is given, it also refuses the options of an own client.
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
    throw new TypeError(`Cannot use the option "${name}": the given "client" already sets it`);
  }
  return options;
}

/**
 * Returns the client from the options, or creates one.
 *
 * @throws TypeError | RangeError if an option is missing, of a wrong type or out of range. The message names the option.
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
