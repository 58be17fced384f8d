import {
  type AgentGatewayClient,
  type AgentGatewayClientOptions,
  createAgentGatewayClient,
  type McpServerRef,
  type McpServersOptions,
  mcpServers,
} from "@agent-oauth/client";
import { anonymousFlow } from "./anonymous-flow.ts";

/** A toolset with a client of its own: what `mcpServers()` and `createAgentGatewayClient()` of `client` take, and the servers. */
export interface OwnClientOptions
  extends Omit<McpServersOptions, "servers">,
    Omit<AgentGatewayClientOptions, "flow" | "flows"> {
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

/**
 * Returns the client that a toolset was given, or makes one of its own.
 *
 * @throws TypeError | RangeError naming the option that is missing, too many, of a wrong type or out of range.
 */
export function toolsetClient(options: OwnClientOptions | SharedClientOptions): {
  readonly client: AgentGatewayClient;
  readonly isOwn: boolean;
} {
  if (options.client === undefined) return { client: ownClient(options), isOwn: true };
  for (const name of OWN) {
    if (options[name] !== undefined) {
      throw new TypeError(`Cannot use the option "${name}": the "client" given decides`);
    }
  }
  return { client: options.client, isOwn: false };
}

const OWN = ["server", "servers", "tokens", "systemTokens", "onExchangeError"] as const;

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
    ...options,
    flow: onExchangeError === "anonymous" ? anonymousFlow(flow) : flow,
  });
}
