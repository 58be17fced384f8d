import { X509Certificate } from "node:crypto";
import { systemClock } from "@agent-oauth/core";
import {
  checkedInsecureHosts,
  checkOptions as checkNames,
  functionOption,
  MAX_TIMER_MS,
  numberOption,
  type OptionNames,
  sleep as realSleep,
} from "@agent-oauth/core/internal";
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
  checkNames(options, { doing: DOING, names: NAMES });
  const allowInsecureHosts = checkedInsecureHosts(options.allowInsecureHosts, DOING);
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
    sleep: callable(options.sleep, "sleep") ?? realSleep,
  };
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

const DOING = "create a token endpoint";

function positive(value: unknown, option: string, byDefault: number): number {
  return numberOption(value ?? byDefault, { option, doing: DOING, min: 1, max: MAX_TIMER_MS });
}

function callable<T>(value: T, option: string): T {
  return functionOption(value, { option, doing: DOING });
}
