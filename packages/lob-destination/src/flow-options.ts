import type { CachingTokenSourceOptions, TokenError } from "@agent-oauth/core";
import {
  checkedInsecureHosts,
  checkOptions,
  functionOption,
  kindOf,
  MAX_TIMER_MS,
  numberOption,
  type OptionNames,
  pickOptions,
  textOption,
} from "@agent-oauth/core/internal";
import type { HttpOptions, TokenEndpointOptions } from "@agent-oauth/token-endpoint";
import type { DestinationBinding } from "./binding/destination-binding.ts";
import type { FindBindingOptions } from "./binding/find-destination-binding.ts";
import type { TenantTokenUrl } from "./destination-service/tenant-token-url.ts";
import type { FragmentChoice } from "./servers/chosen-fragment.ts";

/** The options that are handed to the token endpoints unchanged. */
export type EndpointOptions = Pick<
  TokenEndpointOptions,
  | "ca"
  | "allowInsecureHosts"
  | "timeoutMs"
  | "connectTimeoutMs"
  | "dispatcher"
  | "clock"
  | "onEvent"
>;

/** Options of `createLobFlow`. */
export interface LobFlowOptions
  extends FindBindingOptions,
    EndpointOptions,
    Pick<CachingTokenSourceOptions, "fallbackLifetimeMs" | "expiryBufferMs"> {
  /** The binding itself, or the name of one in `VCAP_SERVICES` or among service bindings. Default: the only one. */
  readonly binding?: DestinationBinding | string;
  /** Default: `AGENT_OAUTH_TENANT_TOKEN_URL`, a template with `{tenant}`; else the binding tells. */
  readonly tokenUrl?: TenantTokenUrl;
  /** Names the destination, `sap-managed-runtime-ias-{landscape}`. Default: `APPFND_CONHOS_LANDSCAPE`. */
  readonly landscape?: string;
  /**
   * Which fragment is used where a tenant has several for tokens: a name, or a function that returns one of the names. It is
   * called with the names and `{ kind, tenant }`. Default: several are an error.
   */
  readonly fragment?: FragmentChoice;
  /**
   * Whether the Destination Service is asked to leave the destination's credentials out (`$skipCredentials`). The flow uses
   * none of them. Set `false` if the service does not accept the parameter. Default `true`.
   */
  readonly skipCredentials?: boolean;
  /** System tokens kept, one for each tenant; 0 keeps none. Default 1 024. */
  readonly maxSystemTokens?: number;
  /** User tokens kept; 0 keeps none. Default 256. */
  readonly maxUserTokens?: number;
  /** Called once for each reason why a changed binding cannot be used; the last good one stays in use. Its errors are ignored. */
  readonly onBindingError?: (error: TokenError) => void;
}

const HTTP_OPTIONS: OptionNames<Omit<EndpointOptions, "allowInsecureHosts" | "onEvent">> = {
  ca: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  dispatcher: true,
  clock: true,
};

const ENDPOINT_OPTIONS: OptionNames<EndpointOptions> = {
  ...HTTP_OPTIONS,
  allowInsecureHosts: true,
  onEvent: true,
};

type CacheOptions = Pick<
  CachingTokenSourceOptions,
  "fallbackLifetimeMs" | "expiryBufferMs" | "clock" | "onEvent"
>;

const CACHE_OPTIONS: OptionNames<CacheOptions> = {
  fallbackLifetimeMs: true,
  expiryBufferMs: true,
  clock: true,
  onEvent: true,
};

const LOB_FLOW_OPTIONS: OptionNames<LobFlowOptions> = {
  ...ENDPOINT_OPTIONS,
  ...CACHE_OPTIONS,
  env: true,
  instance: true,
  bindingRoot: true,
  secretsRoot: true,
  binding: true,
  tokenUrl: true,
  landscape: true,
  fragment: true,
  skipCredentials: true,
  maxSystemTokens: true,
  maxUserTokens: true,
  onBindingError: true,
};

const DOING = "create a flow";

/**
 * Refuses options that are not a plain object, and options that do not exist.
 *
 * @throws TypeError naming the option and the nearest name that exists.
 */
export function checkLobFlowOptionNames(options: unknown): void {
  checkOptions(options, { doing: DOING, names: LOB_FLOW_OPTIONS });
}

const DEFAULT_MAX_SYSTEM_TOKENS = 1_024;
const DEFAULT_MAX_USER_TOKENS = 256;
const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_TOKENS = 2 ** 24;

/** The options that the flow uses itself, with their defaults. */
export interface CheckedFlowOptions {
  readonly maxSystemTokens: number;
  readonly maxUserTokens: number;
  readonly timeoutMs: number;
  readonly skipCredentials: boolean;
  /** As `checkedInsecureHosts` returns them. */
  readonly allowInsecureHosts: readonly string[];
}

/**
 * Checks the options that the flow uses itself, and fills in their defaults.
 *
 * @throws TypeError | RangeError naming the option.
 */
export function checkLobFlowOptions(options: LobFlowOptions): CheckedFlowOptions {
  checkLobFlowOptionNames(options);
  for (const option of ["tokenUrl", "onBindingError"] as const) {
    functionOption<unknown>(options[option], { option, doing: DOING });
  }
  for (const option of ["landscape", "instance", "bindingRoot", "secretsRoot"] as const) {
    if (options[option] !== undefined) textOption(options[option], { option, doing: DOING });
  }
  const { binding, fragment, skipCredentials = true } = options;
  if (fragment !== undefined && typeof fragment !== "function") {
    textOption(fragment, { option: "fragment", doing: DOING });
  }
  if (typeof skipCredentials !== "boolean") {
    throw new TypeError(
      `Cannot ${DOING}: "skipCredentials" must be a boolean, not ${kindOf(skipCredentials)}`,
    );
  }
  if (binding !== undefined && (typeof binding !== "object" || binding === null)) {
    textOption(binding, { option: "binding", doing: DOING });
  }
  const { maxSystemTokens = DEFAULT_MAX_SYSTEM_TOKENS, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return {
    skipCredentials,
    maxSystemTokens: tokenCount("maxSystemTokens", maxSystemTokens),
    maxUserTokens: tokenCount("maxUserTokens", options.maxUserTokens ?? DEFAULT_MAX_USER_TOKENS),
    timeoutMs: numberOption(timeoutMs, {
      option: "timeoutMs",
      doing: DOING,
      min: 1,
      max: MAX_TIMER_MS,
    }),
    allowInsecureHosts: checkedInsecureHosts(options.allowInsecureHosts, DOING),
  };
}

function tokenCount(option: string, value: unknown): number {
  return numberOption(value, { option, doing: DOING, min: 0, max: MAX_TOKENS, whole: true });
}

/** The options that are the caches'. */
export function cacheOptions(options: LobFlowOptions): CacheOptions {
  return pickOptions(given(options), CACHE_OPTIONS);
}

/** The options of requests to the Destination Service and to gateways. */
export function httpOptions(options: LobFlowOptions): HttpOptions {
  return pickOptions(given(options), HTTP_OPTIONS);
}

/** The options that are the token endpoints'. */
export function endpointOptions(options: LobFlowOptions): EndpointOptions {
  return pickOptions(given(options), ENDPOINT_OPTIONS);
}

/** The options without those that are `undefined`. */
function given(options: LobFlowOptions): LobFlowOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
