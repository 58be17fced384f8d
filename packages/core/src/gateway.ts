/**
 * The types that connect the flows of Agent Gateway with the client that calls MCP servers through them.
 *
 * @module
 */

import type { TokenError } from "./errors/token-error.ts";
import type { AccessToken } from "./token/access-token.ts";
import type { TokenRequest, TokenSource } from "./token/token-source.ts";

/** An access token that says which gateway it is for. Caches treat it like any other access token. */
export interface GatewayToken extends AccessToken {
  /** Base URL of the gateway; the token is sent to its origin and no other. */
  readonly gatewayUrl: string;
}

/**
 * Gets tokens, and lists the servers and agents that accept them. The flow packages create flows, and {@link mcpServers}
 * creates a flow from any token source.
 */
export interface GatewayFlow<T extends AccessToken = AccessToken> {
  /** Cached tokens of the agent itself. If absent, calls that need a system token fail with `ERR_TOKEN_SUBJECT_REQUIRED`. */
  readonly systemTokens?: TokenSource<T>;
  /** Cached tokens on behalf of users. */
  readonly userTokens: TokenSource<T>;
  /** Whether the flow has only one tenant. The client then drops `tenant` and sends an event. Default `false`. */
  readonly singleTenant?: boolean;
  /** Drops every token that the flow holds, including service tokens. */
  clearTokens(): void;
  /** Lists the MCP servers of the tenant. */
  listMcpServers(options?: GatewayListOptions): Promise<readonly McpServerRef[]>;
  /** Lists the A2A agents of the tenant. */
  listAgents(options?: GatewayListOptions): Promise<readonly AgentRef[]>;
  /** The agent's client identifier in the provider's context, if it has one. */
  clientId(options?: { readonly signal?: AbortSignal }): Promise<string | undefined>;
  /** Presents the certificate that the tokens are bound to; all MCP and A2A traffic uses it. */
  readonly fetch: typeof globalThis.fetch;
  /** Ends connections and caches. */
  close(): Promise<void>;
}

/**
 * Returns the flow that is configured here, or `undefined` if it is not configured. If no detector finds a flow, the error shows
 * the names of the detector functions.
 */
export type GatewayFlowDetector<T extends AccessToken = AccessToken> = () => Promise<
  GatewayFlow<T> | undefined
>;

/** Options of {@link GatewayFlow.listMcpServers} and {@link GatewayFlow.listAgents}. */
export interface GatewayListOptions {
  readonly tenant?: string;
  readonly signal?: AbortSignal;
}

/** The part of a token request that names the target; the user is not part of it. */
export type TargetRequest = Pick<TokenRequest, "audience" | "resource" | "scope">;

/** An MCP server that a flow knows. It is plain data. */
export interface McpServerRef {
  /** Its name for people and logs. */
  readonly name: string;
  /** Its Streamable HTTP endpoint. */
  readonly url: string;
  /** Open Resource Discovery id. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
  /** The audience, resource and scope of the tokens for this server. */
  readonly request?: TargetRequest;
  /** For each tool name, the members that replace those of `request` when that tool is called. */
  readonly tools?: Readonly<Record<string, TargetRequest>>;
  /** Why the flow cannot use it. The client reports this error and sends nothing. */
  readonly fault?: TokenError;
}

/** An A2A agent that a flow knows. It is plain data. */
export interface AgentRef {
  /** Its name for people and logs. */
  readonly name: string;
  /** Its base URL. The agent card is at `.well-known/agent-card.json` under it. */
  readonly url: string;
  /** Open Resource Discovery id. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
  /** Why the flow cannot use it. The client reports this error and sends nothing. */
  readonly fault?: TokenError;
  /** Whether the agent may be missing. A missing card (404) is then not a failure. Default `false`. */
  readonly optional?: boolean;
}
