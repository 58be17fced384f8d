import {
  type CachingTokenSource,
  type CachingTokenSourceOptions,
  cachingTokenSource,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import type {
  AgentRef,
  CustomerFlow,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
} from "./flow.ts";
import {
  type CustomerFlowOptions,
  cacheOptions,
  checkCustomerFlowOptions,
  iasClientOptions,
} from "./flow-options.ts";
import type { GatewayAccess } from "./ias/gateway-access.ts";
import { IasClient } from "./ias/ias-client.ts";
import {
  type IntegrationDependency,
  resolveIntegrationDependencies,
} from "./servers/integration-dependency.ts";
import { agentUrl, mcpServerUrl } from "./servers/mcp-server-url.ts";

const listNames: OptionNames<GatewayListOptions> = { tenant: true, signal: true };
const clientIdNames: OptionNames<ClientIdOptions> = { signal: true };

type ClientIdOptions = Omit<GatewayListOptions, "tenant">;

/** Follows credentials that may change, and has changed ones adopted. */
export interface AccessFollower {
  /** Looks whether they changed. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

/** The part that both customer flows have in common: everything but where the credentials come from. */
export class AgentGatewayFlow implements CustomerFlow {
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  readonly userTokens: CachingTokenSource<GatewayToken>;
  readonly singleTenant = true;
  readonly fetch: typeof globalThis.fetch = (...call) => this.#client.fetch(...call);
  readonly #options: CustomerFlowOptions;
  readonly #follower: AccessFollower | undefined;
  /** Clients of credentials that were replaced: what they have on its way ends by itself. */
  readonly #retired: IasClient[] = [];
  #client: IasClient;
  #closed = false;

  constructor(access: GatewayAccess, options: CustomerFlowOptions, follower?: AccessFollower) {
    const { maxSystemTokens, maxUserTokens } = checkCustomerFlowOptions(options);
    this.#options = options;
    this.#follower = follower;
    this.#client = this.#connect(access);
    this.systemTokens = this.#cache("system", {
      maxEntries: maxSystemTokens,
      maxSubjectEntries: 0,
    });
    this.userTokens = this.#cache("user", { maxEntries: 0, maxSubjectEntries: maxUserTokens });
  }

  /** Takes changed credentials into use. Tokens got with others are not handed out any more. */
  adopt(access: GatewayAccess): void {
    if (this.#client.adopt(access)) return;
    const client = this.#connect(access);
    this.#retired.push(this.#client);
    this.#client = client;
  }

  /** Looks now whether the credentials changed. */
  async reloadCredentials(): Promise<void> {
    await this.#follower?.refresh();
  }

  clearTokens(): void {
    this.systemTokens.clear();
    this.userTokens.clear();
  }

  async listMcpServers(options: GatewayListOptions = {}): Promise<readonly McpServerRef[]> {
    checkOptions(options, { doing: "list MCP servers", names: listNames });
    return this.#refs(options, mcpServerUrl, {});
  }

  async listAgents(options: GatewayListOptions = {}): Promise<readonly AgentRef[]> {
    checkOptions(options, { doing: "list agents", names: listNames });
    if (this.#options.a2a === true)
      return this.#refs(options, agentUrl, { optional: true } as const);
    await this.#look(options);
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      'Cannot list agents: where customer agents find them is not documented; the option "a2a" looks at the gateway\'s usual place',
    );
  }

  async clientId(options: ClientIdOptions = {}): Promise<string> {
    checkOptions(options, { doing: "tell the client id", names: clientIdNames });
    await this.#look(options);
    return this.#client.access.clientId;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#follower?.close();
    this.systemTokens.close();
    this.userTokens.close();
    await Promise.all([this.#client, ...this.#retired].map((client) => client.close()));
  }

  async #look({ tenant, signal }: GatewayListOptions): Promise<void> {
    if (tenant !== undefined) {
      throw new TypeError('Cannot choose a "tenant": the customer flows have one only');
    }
    signal?.throwIfAborted();
    await this.reloadCredentials();
    signal?.throwIfAborted();
    if (!this.#closed) return;
    throw new TokenError("ERR_TOKEN_CLOSED", "Cannot use the flow: it is closed");
  }

  /** References what the integration dependencies are at the gateway, each URL once. */
  async #refs<Mark extends object>(
    options: GatewayListOptions,
    urlOf: typeof mcpServerUrl,
    mark: Mark,
  ): Promise<readonly (McpServerRef & Mark)[]> {
    const dependencies = await this.#dependencies(options);
    const { gatewayUrl } = this.#client.access;
    const refs = dependencies.map(({ ordId, globalTenantId }): [string, McpServerRef & Mark] => {
      const url = urlOf(gatewayUrl, { ordId, globalTenantId });
      return [url, Object.freeze({ name: ordId, url, ordId, globalTenantId, ...mark })];
    });
    return Object.freeze([...new Map(refs).values()]);
  }

  async #dependencies(options: GatewayListOptions): Promise<readonly IntegrationDependency[]> {
    await this.#look(options);
    const { resolveDependencies } = this.#options;
    if (resolveDependencies !== undefined) {
      return resolveIntegrationDependencies(resolveDependencies, options);
    }
    const { integrationDependencies } = this.#client.access;
    if (integrationDependencies !== undefined) return integrationDependencies;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      "Cannot list MCP servers or agents: the credentials name no integration dependencies",
    );
  }

  #connect(access: GatewayAccess): IasClient {
    return new IasClient(access, iasClientOptions(this.#options));
  }

  #cache(kind: "system" | "user", limits: CachingTokenSourceOptions) {
    const current = () => this.#client;
    const reload = () => this.reloadCredentials();
    const source: TokenSource<GatewayToken> = {
      get identity() {
        return current().identity(kind);
      },
      async getToken(...call) {
        await reload();
        return current().getToken(kind, ...call);
      },
    };
    return cachingTokenSource(source, { ...cacheOptions(this.#options), ...limits });
  }
}
