/**
 * How the flows of Agent Gateway and the client that calls MCP servers through them fit together: types only.
 *
 * @module
 */

import type { TokenError } from "./errors/token-error.ts";
import type { AccessToken } from "./token/access-token.ts";
import type { TokenRequest, TokenSource } from "./token/token-source.ts";

/** An access token that says which gateway it is for. It rides through the caches as one. */
export interface GatewayToken extends AccessToken {
  /** Base URL of the gateway; the token is sent to its origin and no other. */
  readonly gatewayUrl: string;
}

/**
 * A way to get tokens and to learn which servers and agents they open. The flow packages make these, and
 * {@link mcpServers} makes one of any token source.
 */
export interface GatewayFlow<T extends AccessToken = AccessToken> {
  /** Cached tokens of the agent itself. Absent: calls that need one fail with `ERR_TOKEN_SUBJECT_REQUIRED`. */
  readonly systemTokens?: TokenSource<T>;
  /** Cached tokens on behalf of users. */
  readonly userTokens: TokenSource<T>;
  /** Whether there is one tenant only: the client then drops `tenant`, with an event. Default `false`. */
  readonly singleTenant?: boolean;
  /** Drops every token that the flow holds, service tokens too. */
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

/** Finds out whether a flow is configured here: yields it, or `undefined` if nothing is. Its name appears in the error if none is found. */
export type GatewayFlowDetector<T extends AccessToken = AccessToken> = () => Promise<
  GatewayFlow<T> | undefined
>;

/** How a flow lists. */
export interface GatewayListOptions {
  readonly tenant?: string;
  readonly signal?: AbortSignal;
}

/** What a token for a server is asked for, besides on whose behalf. */
export type TargetRequest = Pick<TokenRequest, "audience" | "resource" | "scope">;

/** An MCP server that a flow knows. Plain data. */
export interface McpServerRef {
  /** Its name for people and logs. */
  readonly name: string;
  /** Its Streamable HTTP endpoint. */
  readonly url: string;
  /** Open Resource Discovery id. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
  /** What a token for this server is asked for. */
  readonly request?: TargetRequest;
  /** By tool name: members that replace those of `request` at calls of that tool. */
  readonly tools?: Readonly<Record<string, TargetRequest>>;
  /** Why it cannot be asked: this is reported in place of asking it. */
  readonly fault?: TokenError;
}

/** An A2A agent that a flow knows. Plain data. */
export interface AgentRef {
  /** Its name for people and logs. */
  readonly name: string;
  /** Its base URL, under which `.well-known/agent-card.json` is. */
  readonly url: string;
  /** Open Resource Discovery id. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
  /** Why it cannot be asked: this is reported in place of asking it. */
  readonly fault?: TokenError;
  /** Whether there may be no agent at all: a card that is not there (404) is no failure then. Default `false`. */
  readonly optional?: boolean;
}
