import type { AccessToken, CachingTokenSource } from "@agent-oauth/core";

/** An access token for Agent Gateway that says which gateway it is for. */
export interface GatewayToken extends AccessToken {
  /** Base URL of the gateway, without a trailing slash. The token is meant for its origin. */
  readonly gatewayUrl: string;
}

/** An MCP server behind Agent Gateway. */
export interface McpServerRef {
  /** Its ORD id: the server tells its own name only when it is asked. */
  readonly name: string;
  /** Its Streamable HTTP endpoint. */
  readonly url: string;
  /** Open Resource Discovery id. */
  readonly ordId: string;
  readonly globalTenantId: string;
}

/** An A2A agent behind Agent Gateway. */
export interface AgentRef extends McpServerRef {
  /** Its base URL, under which `.well-known/agent-card.json` is. */
  readonly url: string;
  /** Nobody says which integration dependencies are agents: a card that is not there (404) means that this one is none. */
  readonly optional: true;
}

/** How a flow lists. The customer flows have one tenant: naming one is a `TypeError`. */
export interface GatewayListOptions {
  readonly tenant?: string;
  readonly signal?: AbortSignal;
}

/**
 * A customer agent's way to Agent Gateway. Fits `GatewayFlow<GatewayToken>` of `@agent-oauth/client`.
 *
 * Its sources refuse `tenant`, `audience`, `resource` and `scope`: the flow has one tenant, and the resource is fixed.
 */
export interface CustomerFlow {
  /** Cached tokens of the agent itself (`client_credentials`). */
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  /** Cached tokens on behalf of users (`jwt-bearer`, RFC 7523); each request needs a `subjectToken`. */
  readonly userTokens: CachingTokenSource<GatewayToken>;
  /** The flow has one tenant, so that callers of many kinds of flows drop theirs. */
  readonly singleTenant: true;
  /** Drops every token the flow holds. */
  clearTokens(): void;
  /**
   * Lists the MCP servers of the integration dependencies.
   *
   * @throws TokenError `ERR_TOKEN_CONFIG` if none are configured or they cannot be used, `ERR_TOKEN_PROVIDER` if the
   * resolver failed.
   */
  listMcpServers(options?: GatewayListOptions): Promise<readonly McpServerRef[]>;
  /**
   * Refuses, unless the option `a2a` is set: how customer agents find A2A agents is not documented, and an empty list
   * would say that there are none. With `a2a`, it lists what may be the agent of each integration dependency.
   *
   * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` without `a2a`; with it, as `listMcpServers` does.
   */
  listAgents(options?: GatewayListOptions): Promise<readonly AgentRef[]>;
  /** Tells the client identifier at IAS. */
  clientId(options?: { readonly signal?: AbortSignal }): Promise<string>;
  /** Presents the certificate that the tokens are bound to, where there is one. */
  readonly fetch: typeof globalThis.fetch;
  /** Ends connections, caches and the watch of the credentials file. Calls fail with `ERR_TOKEN_CLOSED` from then on. */
  close(): Promise<void>;
}
