import type { AccessToken, CachingTokenSource, TokenError } from "@agent-oauth/core";

/** An access token for Agent Gateway that says which gateway it is for. */
export interface GatewayToken extends AccessToken {
  /** Base URL of the tenant's gateway, without a trailing slash. The token is meant for its origin. */
  readonly gatewayUrl: string;
}

/** An MCP server that a tenant has behind Agent Gateway. */
export interface McpServerRef {
  /** The name of its fragment: the server tells its own only when it is asked. */
  readonly name: string;
  /** Its Streamable HTTP endpoint, as the fragment has it; empty if it has none. */
  readonly url: string;
  /** Open Resource Discovery id, where the URL tells it. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
  /** Why it cannot be used: a client reports it in place of asking the server. */
  readonly fault?: TokenError;
}

/** An A2A agent that a tenant has behind Agent Gateway. */
export interface AgentRef extends McpServerRef {
  /** Its base URL, as the fragment has it, under which `.well-known/agent-card.json` is; empty if it has none. */
  readonly url: string;
}

/** For which tenant a flow lists. */
export interface GatewayListOptions {
  /** The tenant's subdomain. Needed; only the type leaves it open, to be that of every flow. */
  readonly tenant?: string;
  readonly signal?: AbortSignal;
}

/**
 * A line-of-business agent's way to Agent Gateway, through the BTP Destination Service. Fits `GatewayFlow<GatewayToken>` of
 * `@agent-oauth/client`.
 *
 * Each request names its `tenant`, a subdomain; tenants share nothing. The sources refuse `audience`, `resource` and
 * `scope`: the destination fixes them.
 */
export interface LobFlow {
  /** Cached tokens of the agent itself in a tenant, one for each. */
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  /** Cached tokens on behalf of users; each request needs a `subjectToken`. */
  readonly userTokens: CachingTokenSource<GatewayToken>;
  /** Drops every token that the flow holds, those for the Destination Service too. */
  clearTokens(): void;
  /**
   * Lists the tenant's fragments labelled `agw.mcp.server`, by name. Those of one URL are one server.
   *
   * @throws TypeError if there is no `tenant`, or it is no subdomain.
   * @throws TokenError if the Destination Service cannot be asked; see the README's table.
   */
  listMcpServers(options?: GatewayListOptions): Promise<readonly McpServerRef[]>;
  /** Lists the tenant's fragments labelled `agw.a2a.server`, as {@link LobFlow.listMcpServers} does. */
  listAgents(options?: GatewayListOptions): Promise<readonly AgentRef[]>;
  /** Tells the client identifier at IAS that the provider's destination names, if it names one. */
  clientId(options?: { readonly signal?: AbortSignal }): Promise<string | undefined>;
  /** Trusts the same authorities as the flow. It presents no certificate: that of a binding is for the token endpoint only. */
  readonly fetch: typeof globalThis.fetch;
  /** Looks now whether the binding changed, and takes it into use. Never rejects: faults go to `onBindingError`. */
  reloadBinding(): Promise<void>;
  /** Ends connections and caches. Calls fail with `ERR_TOKEN_CLOSED` from then on. */
  close(): Promise<void>;
}
