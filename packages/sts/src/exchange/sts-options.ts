import { isPlainObject, kindOf, type OptionNames, shownName } from "@agent-oauth/core/internal";
import type { ClientAuthentication, TokenEndpointOptions } from "@agent-oauth/token-endpoint";
import type { StsActor } from "../actor/actor-token.ts";
import type { AnswerPolicy } from "../checks/answer-policy.ts";
import { refuseOption as refuse } from "../checks/refuse-option.ts";
import { tokenTypes } from "../checks/token-types.ts";

/**
 * What `createStsTokenSource` needs to know. The STS is known by `tokenEndpoint`, or by its metadata: `issuer`,
 * `metadataUrl` or both.
 */
export interface StsTokenSourceOptions
  extends Omit<TokenEndpointOptions, "clientAuthentication" | "timeoutMs"> {
  /** How the client proves who it is. Default `noClientAuthentication()`: as `clientId`, or as nobody without one. */
  readonly clientAuthentication?: ClientAuthentication;
  /** Limit of one exchange with its retries, in milliseconds; that of the actor's function too. Default 5 000. */
  readonly timeoutMs?: number;
  /** How the exchange is written: as RFC 8693 has it, or as the grant of RFC 7523 §2.1. Default `"token-exchange"`. */
  readonly dialect?: "token-exchange" | "jwt-bearer";
  /** What subject tokens are. Default `tokenTypes.jwt`. Not with `jwt-bearer`. */
  readonly subjectTokenType?: string;
  /** Who acts on the subject's behalf: delegation. Default nobody: impersonation. Not with `jwt-bearer`. */
  readonly actor?: StsActor;
  /** What is to be issued: anything else is refused. Default the STS's choice. Not with `jwt-bearer`. */
  readonly requestedTokenType?: string;
  /** Asked for where a request names no audience: logical names. Default none. */
  readonly audience?: readonly string[];
  /** Asked for where a request names no resource: absolute URIs. Default none. */
  readonly resource?: readonly string[];
  /** Asked for where a request names no scope. Default none. */
  readonly scope?: readonly string[];
  /** Sent with each exchange besides. Default none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What happens if a JWT that was issued is not for the audience and resource asked for. Default `"event"`. */
  readonly audienceMismatch?: AnswerPolicy;
  /** What happens if a JWT that was issued does not name the `actor`, whose token was sent. Default `"event"`. */
  readonly actorIgnored?: AnswerPolicy;
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
  audienceMismatch: true,
  actorIgnored: true,
  subjectReusable: true,
};

/** What goes into each exchange, checked. */
export interface ExchangeSettings {
  readonly dialect: "token-exchange" | "jwt-bearer";
  readonly subjectTokenType: string;
  readonly requestedTokenType: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly idempotent: boolean;
}

/** Parameters that have an option, or a request's field, of their own. */
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
    refuse("dialect", 'must be "token-exchange" or "jwt-bearer"');
  }
  for (const name of ["subjectTokenType", "requestedTokenType"] as const) {
    if (options[name] !== undefined) requireText(name, options[name]);
  }
  if (dialect === "jwt-bearer") {
    for (const name of ["subjectTokenType", "requestedTokenType", "actor"] as const) {
      if (options[name] !== undefined) refuse(name, "has no place in the dialect jwt-bearer");
    }
  }
  if (!isPlainObject(parameters)) {
    refuse("parameters", `must be a plain object, not ${kindOf(parameters)}`);
  }
  for (const [name, value] of Object.entries(parameters)) {
    const option = `parameters.${shownName(name).slice(1, -1)}`;
    if (RESERVED.has(name)) refuse(option, "is set by the source itself");
    requireText(option, value);
  }
  if (subjectReusable !== undefined && typeof subjectReusable !== "boolean") {
    refuse("subjectReusable", "must be a boolean");
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

function requireText(option: string, value: unknown): void {
  if (typeof value !== "string" || value.trim() === "") {
    refuse(option, "must be a string that is not blank");
  }
}
