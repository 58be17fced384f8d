import {
  type CachingTokenSource,
  type CachingTokenSourceOptions,
  cachingTokenSource,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import type {
  AgentRef,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
} from "@agent-oauth/core/gateway";
import {
  checkOptions,
  type OptionNames,
  timeLimit,
  withinDeadline,
} from "@agent-oauth/core/internal";
import type { CustomerFlow } from "./flow.ts";
import {
  type CheckedFlowOptions,
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

const LIST_OPTIONS: OptionNames<GatewayListOptions> = { tenant: true, signal: true };
const CLIENT_ID_OPTIONS: OptionNames<ClientIdOptions> = { signal: true };

type ClientIdOptions = Omit<GatewayListOptions, "tenant">;

/** Follows credentials that may change, and updates the flow when they did. */
export interface AccessFollower {
  /** Looks whether they changed. It never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

/** What both customer flows do once they have credentials. */
export class AgentGatewayFlow implements CustomerFlow {
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  readonly userTokens: CachingTokenSource<GatewayToken>;
  readonly singleTenant = true;
  readonly fetch: typeof globalThis.fetch = (...call) => this.#client.fetch(...call);
  readonly #options: CustomerFlowOptions & CheckedFlowOptions;
  readonly #follower: AccessFollower | undefined;
  /** Clients of credentials that were replaced: their pending requests end by themselves. */
  readonly #retired: IasClient[] = [];
  readonly #closing = new AbortController();
  #client: IasClient;

  constructor(access: GatewayAccess, options: CustomerFlowOptions, follower?: AccessFollower) {
    this.#options = { ...options, ...checkCustomerFlowOptions(options) };
    const { maxSystemTokens, maxUserTokens } = this.#options;
    this.#follower = follower;
    this.#client = this.#connect(access);
    this.systemTokens = this.#cache("system", {
      maxEntries: maxSystemTokens,
      maxSubjectEntries: 0,
    });
    this.userTokens = this.#cache("user", { maxEntries: 0, maxSubjectEntries: maxUserTokens });
  }

  /** Uses changed credentials from now on. Tokens of other credentials are not handed out any more. */
  update(access: GatewayAccess): void {
    if (this.#client.update(access)) return;
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
    const doing = "list MCP servers";
    checkOptions(options, { doing, names: LIST_OPTIONS });
    return this.#onCurrent({ doing, ...options }, async (signal) => {
      const dependencies = await this.#dependencies(signal);
      return uniqueRefs(dependencies.map((dependency) => this.#ref(dependency, mcpServerUrl)));
    });
  }

  async listAgents(options: GatewayListOptions = {}): Promise<readonly AgentRef[]> {
    const doing = "list agents";
    checkOptions(options, { doing, names: LIST_OPTIONS });
    return this.#onCurrent({ doing, ...options }, async (signal) => {
      if (this.#options.a2a !== true) throw undocumented();
      const dependencies = await this.#dependencies(signal);
      const refs = dependencies.map((dependency) => this.#ref(dependency, agentUrl));
      // No document says which integration dependencies are agents.
      return uniqueRefs(refs.map((ref): AgentRef => ({ ...ref, optional: true })));
    });
  }

  async clientId(options: ClientIdOptions = {}): Promise<string> {
    const doing = "tell the client id";
    checkOptions(options, { doing, names: CLIENT_ID_OPTIONS });
    return this.#onCurrent({ doing, ...options }, async () => this.#client.access.clientId);
  }

  async close(): Promise<void> {
    this.#closing.abort(new TokenError("ERR_TOKEN_CLOSED", "Cannot use the flow: it is closed"));
    this.#follower?.close();
    this.systemTokens.close();
    this.userTokens.close();
    await Promise.all([this.#client, ...this.#retired].map((client) => client.close()));
  }

  /** Does some work on the credentials as they are now, within `timeoutMs`. */
  #onCurrent<T>(
    { doing, tenant, signal }: GatewayListOptions & { readonly doing: string },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (tenant !== undefined) {
      throw new TypeError('Cannot choose a "tenant": the customer flows have one only');
    }
    const { timeoutMs } = this.#options;
    const signals = [this.#closing.signal, signal];
    return withinDeadline({ ...timeLimit(doing, timeoutMs), signals }, async ({ signal }) => {
      await this.reloadCredentials();
      signal.throwIfAborted();
      return work(signal);
    });
  }

  #ref({ ordId, globalTenantId }: IntegrationDependency, urlOf: typeof mcpServerUrl): McpServerRef {
    const url = urlOf(this.#client.access.gatewayUrl, { ordId, globalTenantId });
    return { name: ordId, url, ordId, globalTenantId };
  }

  async #dependencies(signal: AbortSignal): Promise<readonly IntegrationDependency[]> {
    const { resolveDependencies } = this.#options;
    if (resolveDependencies !== undefined) {
      return resolveIntegrationDependencies(resolveDependencies, { signal });
    }
    const { integrationDependencies } = this.#client.access;
    if (integrationDependencies !== undefined) return integrationDependencies;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      'Cannot list MCP servers or agents: no integration dependencies are configured; set "integrationDependencies" of the credentials, INTEGRATION_DEPENDENCIES in transparent mode, or the option "resolveDependencies"',
    );
  }

  #connect(access: GatewayAccess): IasClient {
    return new IasClient(access, iasClientOptions(this.#options));
  }

  #cache(kind: "system" | "user", limits: CachingTokenSourceOptions) {
    const current = () => this.#client;
    const look = (signal: AbortSignal | undefined) =>
      this.#onCurrent({ doing: "read the credentials", ...(signal && { signal }) }, async () => {});
    const source: TokenSource<GatewayToken> = {
      get identity() {
        return current().identity(kind);
      },
      sharing: true,
      async getToken(request, options) {
        await look(options?.signal);
        return current().getToken(kind, request, options);
      },
    };
    return cachingTokenSource(source, { ...cacheOptions(this.#options), ...limits });
  }
}

/** References of which each URL is there once. */
function uniqueRefs<R extends McpServerRef>(refs: readonly R[]): readonly R[] {
  const byUrl = new Map(refs.map((ref) => [ref.url, Object.freeze(ref)]));
  return Object.freeze([...byUrl.values()]);
}

function undocumented(): TokenError {
  return new TokenError(
    "ERR_TOKEN_SOURCE_UNAVAILABLE",
    'Cannot list agents: where customer agents find them is not documented; the option "a2a" looks at the gateway\'s usual place',
  );
}
