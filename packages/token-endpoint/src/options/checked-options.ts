import {
  BEARER_SYNONYMS,
  checkedInsecureHosts,
  checkOptions as checkNames,
  functionOption,
  type OptionNames,
} from "@agent-oauth/core/internal";
import type { ClientAuthentication } from "../client-authentication/client-authentication.ts";
import { type CheckedHttpOptions, checkHttpOptions } from "../http/http-options.ts";
import { optionError } from "./option-error.ts";
import { type ServerLocation, serverLocation } from "./server-location.ts";
import type { TokenEndpointOptions } from "./token-endpoint-options.ts";

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
  bearerTokenTypes: true,
  onEvent: true,
};

/** The options with their defaults, checked. */
export interface CheckedOptions extends CheckedHttpOptions {
  /** `undefined`: nothing names the client. */
  readonly clientId: string | undefined;
  readonly clientAuthentication: ClientAuthentication;
  readonly allowInsecureHosts: readonly string[];
  /** Values of `token_type` that mean Bearer beside that word, in lower case. */
  readonly bearerTypes: readonly string[];
  readonly onEvent: TokenEndpointOptions["onEvent"] | undefined;
  readonly location: ServerLocation;
}

/**
 * Checks the options of `createTokenEndpoint` and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option, never a secret.
 */
export function checkOptions(options: TokenEndpointOptions): CheckedOptions {
  checkNames(options, { doing: DOING, names: NAMES, required: true });
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
    ...checkHttpOptions(options, DOING),
    clientId,
    clientAuthentication,
    allowInsecureHosts,
    bearerTypes: bearerTypes(options.bearerTokenTypes),
    location,
    onEvent: functionOption(options.onEvent, { option: "onEvent", doing: DOING }),
  };
}

function bearerTypes(given: readonly string[] = BEARER_SYNONYMS): readonly string[] {
  const isList = Array.isArray(given) && given.every((type) => typeof type === "string");
  if (!isList || given.some((type) => type.trim() === "" || type.toLowerCase() === "n_a")) {
    throw optionError("bearerTokenTypes", 'must be a list of strings, none of them blank or "N_A"');
  }
  return [...given];
}

const DOING = "create a token endpoint";
