import type { CachingTokenSource } from "@agent-oauth/core";
import type { GatewayFlow, GatewayListOptions, GatewayToken } from "@agent-oauth/core/gateway";

/**
 * A line-of-business agent's way to Agent Gateway, through the BTP Destination Service.
 *
 * Each request names its `tenant`, a subdomain; tenants share nothing. The sources refuse `audience`, `resource` and
 * `scope`: the destination fixes them.
 */
export interface LobFlow extends GatewayFlow<GatewayToken> {
  /** Cached tokens of the agent itself in a tenant, one for each tenant. */
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  /** Cached tokens on behalf of users; each request needs a `subjectToken`. */
  readonly userTokens: CachingTokenSource<GatewayToken>;
  /** Drops every token that the flow holds, those for the Destination Service too. */
  clearTokens(): void;
  /**
   * Lists the tenant's fragments labelled `agw.mcp.server`, by name. Fragments with the same URL are one server. A server
   * is named by its fragment, and its `url` is empty if the fragment has none.
   *
   * @throws TypeError if `tenant` is missing, or not a subdomain.
   * @throws TokenError if the Destination Service cannot be asked; see the README's table.
   */
  listMcpServers(options?: GatewayListOptions): ReturnType<GatewayFlow["listMcpServers"]>;
  /** Lists the tenant's fragments labelled `agw.a2a.server`, as {@link LobFlow.listMcpServers} does. */
  listAgents(options?: GatewayListOptions): ReturnType<GatewayFlow["listAgents"]>;
  /** Returns the client identifier at IAS that the provider's destination names, `undefined` if it names none. */
  clientId(options?: { readonly signal?: AbortSignal }): Promise<string | undefined>;
  /** Trusts the same authorities as the flow. It presents no certificate: that of a binding is for the token endpoint only. */
  readonly fetch: typeof globalThis.fetch;
  /** Looks now whether the binding changed, and uses it. It never rejects: `onBindingError` gets the errors. */
  reloadBinding(): Promise<void>;
  /** Ends connections and caches. Later calls fail with `ERR_TOKEN_CLOSED`. */
  close(): Promise<void>;
}
