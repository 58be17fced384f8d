import {
  isPlainObject,
  kindOf,
  type OptionNames,
  shownName,
  textOption,
} from "@agent-oauth/core/internal";
import type { ClientAuthentication, TokenEndpointOptions } from "@agent-oauth/token-endpoint";
import type { StsActor } from "../actor/actor-token.ts";
import { invalidOption } from "../checks/invalid-option.ts";
import type { ResponsePolicy } from "../checks/response-policy.ts";
import { tokenTypes } from "../checks/token-types.ts";

/**
 * Options of `createStsTokenSource`. Either `tokenEndpoint` names the STS, or its metadata do: `issuer`, `metadataUrl` or
 * both.
 */
export interface StsTokenSourceOptions
  extends Omit<TokenEndpointOptions, "clientAuthentication" | "timeoutMs"> {
  /** How the client authenticates. Default `noClientAuthentication()`: it sends its `clientId`, if it has one. */
  readonly clientAuthentication?: ClientAuthentication;
  /** Limit of one exchange with its retries, in milliseconds; that of the actor's function too. Default 5 000. */
  readonly timeoutMs?: number;
  /** The grant of the exchange: that of RFC 8693 §2.1, or that of RFC 7523 §2.1. Default `"token-exchange"`. */
  readonly dialect?: "token-exchange" | "jwt-bearer";
  /** The type of subject tokens. Default `tokenTypes.jwt`. Not with `jwt-bearer`. */
  readonly subjectTokenType?: string;
  /** Who acts on the subject's behalf: delegation. Default none: impersonation. Not with `jwt-bearer`. */
  readonly actor?: StsActor;
  /** The type of token to issue. Default the STS's choice. Not with `jwt-bearer`. */
  readonly requestedTokenType?: string;
  /** Requested if a request has no audience: logical names. Default none. */
  readonly audience?: readonly string[];
  /** Requested if a request has no resource: absolute URIs. Default none. */
  readonly resource?: readonly string[];
  /** Requested if a request has no scope. Default none. */
  readonly scope?: readonly string[];
  /** Further form parameters of each exchange. Default none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * What happens if the response does not say which type of token it holds, or holds another one than `requestedTokenType`.
   * Default `"error"`. Not with `jwt-bearer`.
   */
  readonly issuedTypeMismatch?: ResponsePolicy;
  /** What happens if a JWT that was issued is not for the audience and resource asked for. Default `"event"`. */
  readonly audienceMismatch?: ResponsePolicy;
  /** What happens if a JWT that was issued does not name the `actor`, whose token was sent. Default `"event"`. */
  readonly actorIgnored?: ResponsePolicy;
  /**
   * Whether the STS takes one subject token several times, so that an exchange that may have been processed can be
   * repeated. Default true; with `jwt-bearer` false.
   */
  readonly subjectReusable?: boolean;
}

/** The options that are handed on to the token endpoint. */
export const ENDPOINT_OPTIONS: OptionNames<TokenEndpointOptions> = {
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

/** All options. */
export const STS_OPTIONS: OptionNames<StsTokenSourceOptions> = {
  ...ENDPOINT_OPTIONS,
  dialect: true,
  subjectTokenType: true,
  actor: true,
  requestedTokenType: true,
  audience: true,
  resource: true,
  scope: true,
  parameters: true,
  issuedTypeMismatch: true,
  audienceMismatch: true,
  actorIgnored: true,
  subjectReusable: true,
};

const DOING = "create a token source";

/** The checked options of each exchange. */
export interface ExchangeSettings {
  readonly dialect: "token-exchange" | "jwt-bearer";
  readonly subjectTokenType: string;
  readonly requestedTokenType: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly idempotent: boolean;
}

/** Parameters that an option or a field of the request sets. */
const RESERVED = new Set([
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "subject_token",
  "subject_token_type",
  "actor_token",
  "actor_token_type",
  "requested_token_type",
  "assertion",
  "audience",
  "resource",
  "scope",
]);

/**
 * Checks the options that are about the exchange itself.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function exchangeSettings(options: StsTokenSourceOptions): ExchangeSettings {
  const { dialect = "token-exchange", parameters = {}, subjectReusable } = options;
  const { subjectTokenType = tokenTypes.jwt, requestedTokenType } = options;
  if (dialect !== "token-exchange" && dialect !== "jwt-bearer") {
    invalidOption("dialect", 'must be "token-exchange" or "jwt-bearer"');
  }
  for (const name of ["subjectTokenType", "requestedTokenType"] as const) {
    if (options[name] !== undefined) textOption(options[name], { option: name, doing: DOING });
  }
  if (dialect === "jwt-bearer") {
    for (const name of [
      "subjectTokenType",
      "requestedTokenType",
      "issuedTypeMismatch",
      "actor",
    ] as const) {
      if (options[name] !== undefined)
        invalidOption(name, "has no place in the dialect jwt-bearer");
    }
  }
  if (!isPlainObject(parameters)) {
    invalidOption("parameters", `must be a plain object, not ${kindOf(parameters)}`);
  }
  for (const [name, value] of Object.entries(parameters)) {
    const option = `parameters.${shownName(name).slice(1, -1)}`;
    if (RESERVED.has(name)) invalidOption(option, "is set by the source itself");
    textOption(value, { option, doing: DOING });
  }
  if (subjectReusable !== undefined && typeof subjectReusable !== "boolean") {
    invalidOption("subjectReusable", "must be a boolean");
  }
  const idempotent = subjectReusable ?? dialect === "token-exchange";
  return {
    dialect,
    subjectTokenType,
    requestedTokenType,
    parameters: { ...parameters },
    idempotent,
  };
}
