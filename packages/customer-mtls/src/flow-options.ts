import type { CachingTokenSourceOptions } from "@agent-oauth/core";
import {
  checkedInsecureHosts,
  checkOptions,
  functionOption,
  kindOf,
  MAX_TIMER_MS,
  numberOption,
  type OptionNames,
  pickOptions,
} from "@agent-oauth/core/internal";
import type { IasClientOptions } from "./ias/ias-client.ts";
import type { IntegrationDependencyResolver } from "./servers/integration-dependency.ts";

/** Options of both customer flows. */
export interface CustomerFlowOptions
  extends IasClientOptions,
    Pick<CachingTokenSourceOptions, "fallbackLifetimeMs" | "expiryBufferMs"> {
  /** System tokens kept; 0 keeps none. Default 32. */
  readonly maxSystemTokens?: number;
  /** User tokens kept; 0 keeps none. Default 256. */
  readonly maxUserTokens?: number;
  /** Finds the integration dependencies in place of the configured list. */
  readonly resolveDependencies?: IntegrationDependencyResolver;
  /**
   * Whether each integration dependency is listed as an agent at `{gateway}/v1/a2a/{ordId}/{globalTenantId}`. No document
   * confirms that agents are there. Default `false`.
   */
  readonly a2a?: boolean;
}

const IAS_OPTIONS: OptionNames<IasClientOptions> = {
  ca: true,
  allowInsecureHosts: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  dispatcher: true,
  clock: true,
  onEvent: true,
  assertionReusable: true,
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

/** The names of the options that both customer flows have. */
export const CUSTOMER_FLOW_OPTIONS: OptionNames<CustomerFlowOptions> = {
  ...IAS_OPTIONS,
  ...CACHE_OPTIONS,
  maxSystemTokens: true,
  maxUserTokens: true,
  resolveDependencies: true,
  a2a: true,
};

/** Completes "Cannot …" where an option is wrong. */
export const CREATING = "create a flow";

/**
 * Refuses options that are not a plain object, and options that do not exist.
 *
 * @throws TypeError naming the option and the nearest name that exists.
 */
export function checkFlowOptionNames(
  options: unknown,
  names: Readonly<Record<string, true>>,
): void {
  checkOptions(options, { doing: CREATING, names });
}

const DEFAULT_MAX_SYSTEM_TOKENS = 32;
const DEFAULT_MAX_USER_TOKENS = 256;
const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_TOKENS = 2 ** 24;

/** The options of both flows that the flows use themselves, with their defaults. */
export interface CheckedFlowOptions {
  readonly maxSystemTokens: number;
  readonly maxUserTokens: number;
  readonly timeoutMs: number;
  /** As `checkedInsecureHosts` returns them. */
  readonly allowInsecureHosts: readonly string[];
}

/**
 * Checks the options that the flows use themselves, and fills in their defaults.
 *
 * @throws TypeError | RangeError naming the option.
 */
export function checkCustomerFlowOptions({
  maxSystemTokens = DEFAULT_MAX_SYSTEM_TOKENS,
  maxUserTokens = DEFAULT_MAX_USER_TOKENS,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  allowInsecureHosts,
  resolveDependencies,
  a2a = false,
}: CustomerFlowOptions): CheckedFlowOptions {
  functionOption(resolveDependencies, { option: "resolveDependencies", doing: CREATING });
  if (typeof a2a !== "boolean") {
    throw new TypeError(`Cannot ${CREATING}: "a2a" must be a boolean, not ${kindOf(a2a)}`);
  }
  return {
    maxSystemTokens: tokenCount("maxSystemTokens", maxSystemTokens),
    maxUserTokens: tokenCount("maxUserTokens", maxUserTokens),
    timeoutMs: numberOption(timeoutMs, {
      option: "timeoutMs",
      doing: CREATING,
      min: 1,
      max: MAX_TIMER_MS,
    }),
    allowInsecureHosts: checkedInsecureHosts(allowInsecureHosts, CREATING),
  };
}

function tokenCount(option: string, value: unknown): number {
  return numberOption(value, { option, doing: CREATING, min: 0, max: MAX_TOKENS, whole: true });
}

/** The options that are the caches'. */
export function cacheOptions(options: CustomerFlowOptions): CacheOptions {
  return pickOptions(given(options), CACHE_OPTIONS);
}

/** The options that are the token endpoint's. */
export function iasClientOptions(options: CustomerFlowOptions): IasClientOptions {
  return pickOptions(given(options), IAS_OPTIONS);
}

/** The options without those that are `undefined`. */
function given(options: CustomerFlowOptions): CustomerFlowOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
