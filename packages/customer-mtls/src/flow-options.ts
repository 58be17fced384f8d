import type { CachingTokenSourceOptions } from "@agent-oauth/core";
import { checkOptions, kindOf, type OptionNames, pickOptions } from "@agent-oauth/core/internal";
import type { IasClientOptions } from "./ias/ias-client.ts";
import type { IntegrationDependencyResolver } from "./servers/integration-dependency.ts";

/** What both customer flows can be told. */
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
   * Whether agents are looked for at `{gateway}/v1/a2a/{ordId}/{globalTenantId}` of each integration dependency. That they
   * are there is not confirmed by any document. Default false.
   */
  readonly a2a?: boolean;
}

const iasNames: OptionNames<IasClientOptions> = {
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

const cacheNames: OptionNames<CacheOptions> = {
  fallbackLifetimeMs: true,
  expiryBufferMs: true,
  clock: true,
  onEvent: true,
};

/** The names of the options that both customer flows have. */
export const customerFlowOptionNames: OptionNames<CustomerFlowOptions> = {
  ...iasNames,
  ...cacheNames,
  maxSystemTokens: true,
  maxUserTokens: true,
  resolveDependencies: true,
  a2a: true,
};

/**
 * Refuses what is no plain object of options, and options that do not exist.
 *
 * @throws TypeError naming the option, and the one that was meant.
 */
export function checkFlowOptionNames(
  options: unknown,
  names: Readonly<Record<string, true>>,
): void {
  checkOptions(options, { doing: "create a flow", names });
}

const DEFAULT_MAX_SYSTEM_TOKENS = 32;
const DEFAULT_MAX_USER_TOKENS = 256;
const MAX_TOKENS = 2 ** 24;

/**
 * Checks the options that no other package does, and fills in their defaults.
 *
 * @throws TypeError | RangeError naming the option.
 */
export function checkCustomerFlowOptions({
  maxSystemTokens = DEFAULT_MAX_SYSTEM_TOKENS,
  maxUserTokens = DEFAULT_MAX_USER_TOKENS,
  resolveDependencies,
  a2a = false,
}: CustomerFlowOptions) {
  for (const [name, value] of Object.entries({ maxSystemTokens, maxUserTokens })) {
    if (typeof value !== "number") {
      throw new TypeError(`Cannot create a flow: "${name}" must be a number, not ${kindOf(value)}`);
    }
    if (!Number.isInteger(value) || value < 0 || value > MAX_TOKENS) {
      throw new RangeError(
        `Cannot create a flow: "${name}" must be a whole number from 0 to ${MAX_TOKENS}, not ${value}`,
      );
    }
  }
  if (resolveDependencies !== undefined && typeof resolveDependencies !== "function") {
    throw new TypeError('Cannot create a flow: "resolveDependencies" must be a function');
  }
  if (typeof a2a !== "boolean") {
    throw new TypeError(`Cannot create a flow: "a2a" must be a boolean, not ${kindOf(a2a)}`);
  }
  return { maxSystemTokens, maxUserTokens };
}

/**
 * Checks the list of hosts that may be asked over `http:`.
 *
 * @throws TypeError if it is no list of strings.
 */
export function insecureHosts({ allowInsecureHosts = [] }: CustomerFlowOptions): readonly string[] {
  const hosts: unknown = allowInsecureHosts;
  if (Array.isArray(hosts) && hosts.every((host) => typeof host === "string")) return hosts;
  throw new TypeError('Cannot create a flow: "allowInsecureHosts" must be a list of strings');
}

/** The options that are the caches'. */
export function cacheOptions(options: CustomerFlowOptions): CacheOptions {
  return pickOptions(given(options), cacheNames);
}

/** The options that are the token endpoint's. */
export function iasClientOptions(options: CustomerFlowOptions): IasClientOptions {
  return pickOptions(given(options), iasNames);
}

/** The options without those that are `undefined`. */
function given(options: CustomerFlowOptions): CustomerFlowOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
