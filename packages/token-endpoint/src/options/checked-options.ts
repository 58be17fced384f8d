import { X509Certificate } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import { systemClock } from "@agent-oauth/core";
import { checkOptions as checkNames, type OptionNames } from "@agent-oauth/core/internal";
import { optionError } from "./option-error.ts";
import { type ServerLocation, serverLocation } from "./server-location.ts";
import type { TokenEndpointOptions } from "./token-endpoint-options.ts";

type Whereabouts = Pick<
  TokenEndpointOptions,
  "tokenEndpoint" | "issuer" | "metadataUrl" | "useIssuerHost"
>;

const NAMES: OptionNames<TokenEndpointOptions> = {
  tokenEndpoint: true,
  issuer: true,
  metadataUrl: true,
  useIssuerHost: true,
  clientId: true,
  clientAuthentication: true,
  ca: true,
  allowInsecureHosts: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  maxResponseBytes: true,
  dispatcher: true,
  clock: true,
  random: true,
  sleep: true,
  onEvent: true,
};

/** The options with their defaults, checked. */
export interface CheckedOptions
  extends Required<
    Omit<TokenEndpointOptions, keyof Whereabouts | "clientId" | "ca" | "dispatcher" | "onEvent">
  > {
  /** `undefined`: nothing names the client. */
  readonly clientId: string | undefined;
  readonly ca: readonly string[] | undefined;
  readonly dispatcher: TokenEndpointOptions["dispatcher"] | undefined;
  readonly onEvent: TokenEndpointOptions["onEvent"] | undefined;
  readonly location: ServerLocation;
}

/**
 * Checks the options of `createTokenEndpoint` and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option, never a secret.
 */
export function checkOptions(options: TokenEndpointOptions): CheckedOptions {
  checkNames(options, { doing: "create a token endpoint", names: NAMES });
  const allowInsecureHosts = insecureHosts(options.allowInsecureHosts);
  const { clientId, clientAuthentication } = options;
  if (typeof clientAuthentication?.authenticate !== "function") {
    throw optionError("clientAuthentication", "must be made by a function such as tlsClientAuth");
  }
  const isNameless = clientId === undefined && clientAuthentication.method === "none";
  if (!isNameless && (typeof clientId !== "string" || clientId.trim() === "")) {
    throw optionError("clientId", "must be a string that is not blank");
  }
  const location = serverLocation(options, { allowInsecureHosts });
  if (location.url.protocol === "http:" && clientAuthentication.certificate !== undefined) {
    throw optionError(
      location.kind,
      "must be an https: URL, as http: presents no client certificate",
    );
  }
  return {
    clientId,
    clientAuthentication,
    allowInsecureHosts,
    location,
    ca: certificates(options.ca),
    timeoutMs: positive(options.timeoutMs, "timeoutMs", 60_000),
    connectTimeoutMs: positive(options.connectTimeoutMs, "connectTimeoutMs", 10_000),
    maxResponseBytes: positive(options.maxResponseBytes, "maxResponseBytes", 1_048_576),
    dispatcher: callable(options.dispatcher, "dispatcher"),
    onEvent: callable(options.onEvent, "onEvent"),
    clock: options.clock ?? systemClock,
    random: callable(options.random, "random") ?? Math.random,
    sleep: callable(options.sleep, "sleep") ?? ((ms, signal) => timer(ms, undefined, { signal })),
  };
}

function insecureHosts(hosts: unknown = []): readonly string[] {
  if (!Array.isArray(hosts)) throw optionError("allowInsecureHosts", "must be a list of strings");
  for (const host of hosts) {
    if (
      typeof host !== "string" ||
      URL.parse(`http://${host}`)?.pathname !== "/" ||
      host.endsWith("/")
    ) {
      throw optionError("allowInsecureHosts", 'must name hosts, as "host" or "host:port"');
    }
  }
  return hosts.map((host) => host.toLowerCase());
}

function certificates(ca: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(ca) ? ca : ca === undefined ? [] : [ca];
  for (const pem of list) {
    try {
      new X509Certificate(pem as string);
    } catch {
      throw optionError("ca", "must be PEM certificates, as text and not as a file's name");
    }
  }
  return list.length > 0 ? (list as string[]) : undefined;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

function positive(value: unknown, option: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number") throw optionError(option, `must be a number, not ${typeof value}`);
  if (!Number.isFinite(value) || value <= 0 || value > MAX_TIMER_MS) {
    throw new RangeError(
      `Cannot create a token endpoint: "${option}" must be above 0 and at most ${MAX_TIMER_MS}, not ${value}`,
    );
  }
  return value;
}

function callable<T>(value: T, option: string): T {
  if (value !== undefined && typeof value !== "function")
    throw optionError(option, "must be a function");
  return value;
}
