import type { CachingTokenSourceOptions, TokenError } from "@agent-oauth/core";
import { checkOptions, kindOf, type OptionNames, pickOptions } from "@agent-oauth/core/internal";
import type { TokenEndpointOptions } from "@agent-oauth/token-endpoint";
import type { DestinationBinding } from "./binding/destination-binding.ts";
import type { FindBindingOptions } from "./binding/find-destination-binding.ts";
import type { TokenUrlBinding } from "./destination-service/tenant-token-url.ts";

/**
 * Tells a tenant's token URL in place of the rule. It is asked for the provider too, by the binding's `identityzone` if it
 * has one. It must be https, but for hosts named in `allowInsecureHosts`.
 */
export type TenantTokenUrl = (tenant: string, binding: TokenUrlBinding) => string | URL;

/** The options that go to the token endpoints as they are. */
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
  /** System tokens kept, one a tenant; 0 keeps none. Default 1 024. */
  readonly maxSystemTokens?: number;
  /** User tokens kept; 0 keeps none. Default 256. */
  readonly maxUserTokens?: number;
  /** Told once of each fault that keeps a changed binding from being used; the last good one stays in use. What it throws is ignored. */
  readonly onBindingError?: (error: TokenError) => void;
}

const endpointNames: OptionNames<EndpointOptions> = {
  ca: true,
  allowInsecureHosts: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  dispatcher: true,
  clock: true,
  onEvent: true,
};

type CacheOptions = Pick<
  CachingTokenSourceOptions,
  "fallbackLifetimeMs" | "expiryBufferMs" | "clock" | "onEvent"
>;

const cacheNames: OptionNames<CacheOptions> = {
  fallbackLifetimeMs: true,
  expiryBufferMs: true,
  clock: true,
  onEvent: true,
};

const optionNames: OptionNames<LobFlowOptions> = {
  ...endpointNames,
  ...cacheNames,
  env: true,
  instance: true,
  bindingRoot: true,
  secretsRoot: true,
  binding: true,
  tokenUrl: true,
  landscape: true,
  maxSystemTokens: true,
  maxUserTokens: true,
  onBindingError: true,
};

/**
 * Refuses what is no plain object of options, and options that do not exist.
 *
 * @throws TypeError naming the option, and the one that was meant.
 */
export function checkLobFlowOptionNames(options: unknown): void {
  checkOptions(options, { doing: "create a flow", names: optionNames });
}

const MAX_TOKENS = 2 ** 24;

/**
 * Checks the options that no other package does, and fills in their defaults.
 *
 * @throws TypeError | RangeError naming the option.
 */
export function checkLobFlowOptions(options: LobFlowOptions) {
  checkLobFlowOptionNames(options);
  const { maxSystemTokens = 1_024, maxUserTokens = 256, timeoutMs = 60_000 } = options;
  for (const [name, value] of Object.entries({ maxSystemTokens, maxUserTokens })) {
    requireType(name, value, "number");
    if (!Number.isInteger(value) || value < 0 || value > MAX_TOKENS) {
      throw new RangeError(
        `Cannot create a flow: "${name}" must be a whole number from 0 to ${MAX_TOKENS}, not ${value}`,
      );
    }
  }
  for (const name of ["tokenUrl", "onBindingError"] as const) {
    if (options[name] !== undefined) requireType(name, options[name], "function");
  }
  for (const name of ["landscape", "instance", "bindingRoot", "secretsRoot"] as const) {
    if (options[name] !== undefined) requireText(name, options[name]);
  }
  const { binding, allowInsecureHosts = [] } = options;
  if (binding !== undefined && (typeof binding !== "object" || binding === null)) {
    requireText("binding", binding);
  }
  if (
    !Array.isArray(allowInsecureHosts) ||
    allowInsecureHosts.some((host) => typeof host !== "string")
  ) {
    throw new TypeError('Cannot create a flow: "allowInsecureHosts" must be a list of strings');
  }
  return { maxSystemTokens, maxUserTokens, timeoutMs, allowInsecureHosts };
}

/** The options that are the caches'. */
export function cacheOptions(options: LobFlowOptions): CacheOptions {
  return pickOptions(given(options), cacheNames);
}

/** The options that are the token endpoints'. */
export function endpointOptions(options: LobFlowOptions): EndpointOptions {
  return pickOptions(given(options), endpointNames);
}

function requireType(name: string, value: unknown, type: "number" | "function"): void {
  if (typeof value === type) return;
  throw new TypeError(`Cannot create a flow: "${name}" must be a ${type}, not ${kindOf(value)}`);
}

function requireText(name: string, value: unknown): void {
  if (typeof value === "string" && value.trim() !== "") return;
  throw new TypeError(`Cannot create a flow: "${name}" must be a non-empty string`);
}

/** The options without those that are `undefined`. */
function given(options: LobFlowOptions): LobFlowOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
