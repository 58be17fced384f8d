import type { CachingTokenSource } from "@agent-oauth/core";
import type { GatewayFlow, GatewayListOptions, GatewayToken } from "@agent-oauth/core/gateway";

/**
 * A customer agent's way to Agent Gateway.
 *
 * Its sources refuse `tenant`, `audience`, `resource` and `scope`: the flow has one tenant, and the resource is fixed.
 */
export interface CustomerFlow extends GatewayFlow<GatewayToken> {
  /** Cached tokens of the agent itself (`client_credentials`). */
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  /** Cached tokens on behalf of users (`jwt-bearer`, RFC 7523); each request needs a `subjectToken`. */
  readonly userTokens: CachingTokenSource<GatewayToken>;
  /** The flow has one tenant: a client that serves many kinds of flows drops its `tenant`. */
  readonly singleTenant: true;
  /**
   * Lists the MCP servers of the integration dependencies, each named by its ORD id: a server tells its own name only
   * when it is called.
   *
   * @throws TypeError if `tenant` is given.
   * @throws TokenError `ERR_TOKEN_CONFIG` if no integration dependencies are configured or they cannot be used,
   * `ERR_TOKEN_PROVIDER` if the resolver failed, `ERR_TOKEN_TIMEOUT` after `timeoutMs`.
   */
  listMcpServers(options?: GatewayListOptions): ReturnType<GatewayFlow["listMcpServers"]>;
  /**
   * Refuses, unless the option `a2a` is set: how customer agents find A2A agents is not documented, and an empty list
   * would say that there are none. With `a2a`, each integration dependency is listed as an agent that may not exist.
   *
   * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` without `a2a`; with it, as `listMcpServers` does.
   */
  listAgents(options?: GatewayListOptions): ReturnType<GatewayFlow["listAgents"]>;
  /** Returns the client identifier at IAS. */
  clientId(options?: { readonly signal?: AbortSignal }): Promise<string>;
  /** Presents the certificate to which the tokens are bound, if the flow has one. */
  readonly fetch: typeof globalThis.fetch;
  /** Ends connections, caches and the watch of the credentials file. Later calls fail with `ERR_TOKEN_CLOSED`. */
  close(): Promise<void>;
}
