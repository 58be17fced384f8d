import {
  type AccessToken,
  type CachingTokenSource,
  type CachingTokenSourceOptions,
  cachingTokenSource,
  systemClock,
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
  type Deadline,
  identityDigest,
  type OptionNames,
  shownName,
  timeLimit,
  withinDeadline,
} from "@agent-oauth/core/internal";
import { createHttpClient, type HttpClient } from "@agent-oauth/token-endpoint/internal";
import type { DestinationAccess } from "./binding/destination-binding.ts";
import { WatchedBinding } from "./binding/watched-binding.ts";
import { DestinationService } from "./destination-service/destination-service.ts";
import { requireTenant } from "./destination-service/tenant-subdomain.ts";
import type { TenantTokenUrl } from "./destination-service/tenant-token-url.ts";
import type { LobFlow } from "./flow.ts";
import {
  type CheckedFlowOptions,
  cacheOptions,
  checkLobFlowOptions,
  endpointOptions,
  httpOptions,
  type LobFlowOptions,
} from "./flow-options.ts";
import { textProperty } from "./servers/fragment.ts";
import { serverRefs } from "./servers/server-ref.ts";
import { GatewayTokenSource } from "./tokens/gateway-token-source.ts";
import { ServiceTokenSource } from "./tokens/service-token-source.ts";

type ClientIdOptions = Omit<GatewayListOptions, "tenant">;

const LIST_OPTIONS: OptionNames<GatewayListOptions> = { tenant: true, signal: true };
const CLIENT_ID_OPTIONS: OptionNames<ClientIdOptions> = { signal: true };

/** How many service tokens are kept, one a tenant, also where fewer system tokens are. */
const MIN_SERVICE_TOKENS = 1_024;

/** The one implementation of {@link LobFlow}. */
export class DestinationFlow implements LobFlow {
  readonly systemTokens: CachingTokenSource<GatewayToken>;
  readonly userTokens: CachingTokenSource<GatewayToken>;
  readonly fetch: typeof globalThis.fetch;
  readonly #options: LobFlowOptions & CheckedFlowOptions;
  readonly #destination: string;
  /** Carries all requests of the flow, except those for service tokens. */
  readonly #http: HttpClient;
  readonly #serviceTokens: CachingTokenSource;
  readonly #service: DestinationService;
  readonly #binding: WatchedBinding;
  readonly #closing = new AbortController();
  #access: DestinationAccess;
  #accessDigest: string;

  constructor(parts: DestinationFlowParts, options: LobFlowOptions) {
    const { access, readAgain, landscape, tokenUrl } = parts;
    this.#options = { ...options, ...checkLobFlowOptions(options) };
    const { maxSystemTokens, maxUserTokens, onBindingError } = this.#options;
    this.#destination = `sap-managed-runtime-ias-${landscape}`;
    this.#access = access;
    this.#accessDigest = digestOf(access);
    this.#http = createHttpClient(httpOptions(options), "create a flow");
    this.fetch = this.#http.fetch;
    const source = new ServiceTokenSource(access, { endpoint: endpointOptions(options), tokenUrl });
    this.#serviceTokens = this.#cache(source, {
      maxEntries: Math.max(MIN_SERVICE_TOKENS, maxSystemTokens),
    });
    this.#service = new DestinationService({
      apiUrl: () => this.#access.apiUrl,
      tokens: this.#serviceTokens,
      secrets: () => this.#access.secrets(),
      http: this.#http,
      skipCredentials: this.#options.skipCredentials,
    });
    this.#binding = new WatchedBinding({
      access,
      read: readAgain,
      onChange: (access) => {
        source.update(access);
        this.#access = access;
        this.#accessDigest = digestOf(access);
      },
      onError: onBindingError,
    });
    this.systemTokens = this.#gatewayTokens("system", { maxEntries: maxSystemTokens });
    this.userTokens = this.#gatewayTokens("user", { maxSubjectEntries: maxUserTokens });
  }

  clearTokens(): void {
    this.systemTokens.clear();
    this.userTokens.clear();
    this.#serviceTokens.clear();
  }

  async listMcpServers(options: GatewayListOptions = {}): Promise<readonly McpServerRef[]> {
    checkOptions(options, { doing: "list MCP servers", names: LIST_OPTIONS });
    return this.#list("agw.mcp.server", options);
  }

  async listAgents(options: GatewayListOptions = {}): Promise<readonly AgentRef[]> {
    checkOptions(options, { doing: "list agents", names: LIST_OPTIONS });
    return this.#list("agw.a2a.server", options);
  }

  async clientId(options: ClientIdOptions = {}): Promise<string | undefined> {
    checkOptions(options, { doing: "read the client id", names: CLIENT_ID_OPTIONS });
    const { signal } = options;
    const name = this.#destination;
    const doing = `read the client id of the destination ${shownName(name)}`;
    const { properties } = await this.#run({ doing, signal }, (deadline) =>
      this.#service.findDestination({ name, skipTokenRetrieval: true, deadline, doing }),
    );
    return textProperty(properties, "clientId") || undefined;
  }

  reloadBinding(): Promise<void> {
    return this.#binding.refresh();
  }

  async close(): Promise<void> {
    this.#closing.abort(new TokenError("ERR_TOKEN_CLOSED", "Cannot use the flow: it is closed"));
    for (const tokens of [this.systemTokens, this.userTokens, this.#serviceTokens]) tokens.close();
    await this.#http.close();
  }

  async #list(
    label: string,
    { tenant: given, signal }: GatewayListOptions,
  ): Promise<readonly McpServerRef[]> {
    const tenant = requireTenant(given);
    const doing = `list the fragments labelled ${label} of tenant ${JSON.stringify(tenant)}`;
    const fragments = await this.#run({ doing, signal }, (deadline) =>
      this.#service.listFragments(label, { tenant, deadline, doing }),
    );
    return serverRefs(fragments, { ...this.#options, tenant });
  }

  /** Does some work on the binding as it is now, within `timeoutMs`. */
  #run<T>(
    { doing, signal }: { readonly doing: string; readonly signal: AbortSignal | undefined },
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const limit = timeLimit(doing, this.#options.timeoutMs);
    const signals = [this.#closing.signal, signal];
    return withinDeadline({ ...limit, signals }, async (deadline) => {
      await this.#binding.refresh();
      deadline.signal.throwIfAborted();
      return work(deadline);
    });
  }

  #gatewayTokens(kind: "system" | "user", limits: CachingTokenSourceOptions) {
    const { clock = systemClock, onEvent, allowInsecureHosts, fragment } = this.#options;
    const source = new GatewayTokenSource({
      kind,
      service: this.#service,
      destination: this.#destination,
      fragment,
      allowInsecureHosts,
      access: () => this.#accessDigest,
      run: (operation, work) => this.#run(operation, work),
      clock,
      onEvent,
    });
    return this.#cache(source, { maxEntries: 0, maxSubjectEntries: 0, ...limits });
  }

  #cache<T extends AccessToken>(source: TokenSource<T>, limits: CachingTokenSourceOptions) {
    return cachingTokenSource(source, { ...cacheOptions(this.#options), ...limits });
  }
}

/** What a flow is made of, apart from its options. */
export interface DestinationFlowParts {
  readonly access: DestinationAccess;
  /** Reads the binding as it is now; absent if it never changes. */
  readonly readAgain?: (() => Promise<DestinationAccess>) | undefined;
  readonly landscape: string;
  readonly tokenUrl: TenantTokenUrl | undefined;
}

/** The gateway's tokens depend on the client and on the service that retrieves them, not on the client's credential. */
function digestOf({ clientId, apiUrl }: DestinationAccess): string {
  return identityDigest(clientId, apiUrl);
}
