import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { checkChoice, checkInteger, checkText } from "../checks/option-values.ts";
import { type Client, type Clients, registerClients } from "../clients/clients.ts";
import { checkSigningAlgorithm, type SigningAlgorithm } from "../keys/signing-keys.ts";
import { checkTrustedIssuer, type TrustedIssuer } from "../keys/trusted-issuer.ts";
import { checkStsQuirks, type StsQuirk } from "./sts-quirks.ts";
import { checkStsTarget, type StsTarget } from "./sts-targets.ts";

/** The options of the token exchange service; every field has a default. */
export interface StsOptions {
  /** Algorithm of its signatures. Default: that of the mock. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** Accepts requests without a client, as kagent sends them. Default false. */
  readonly publicClient?: boolean;
  /** Further issuers whose tokens are accepted. Default: none. */
  readonly trustedIssuers?: readonly TrustedIssuer[];
  /** Further targets of tokens, in addition to the MCP servers with an audience. Default: none. */
  readonly targets?: readonly StsTarget[];
  /**
   * Issuers of other authorization servers that an ID-JAG may be for. Default: none; the mock's own
   * are always allowed.
   */
  readonly authorizationServers?: readonly string[];
  /** Claim `aud` of a token without a target. Default `mock-default-audience`. */
  readonly defaultAudience?: string;
  /** Whether a token may be for several targets at once, or the request is refused. Default `combine`. */
  readonly severalTargets?: "combine" | "refuse";
  /** Whether a subject token must have the claim `may_act`. Default `optional`. */
  readonly mayAct?: "optional" | "required";
  /** The highest number of actors in a chain of delegation. Default 5. */
  readonly maxActors?: number;
  /** Whether `aud` of a subject token must hold the requesting client or this server. Default false. */
  readonly subjectForRequester?: boolean;
  /**
   * Whether an exchange returns a refresh token too, or only a refresh token if the request asks
   * for one. Default false.
   */
  readonly refreshTokens?: boolean;
  /** Deviations from the RFCs. Default: none. */
  readonly quirks?: readonly StsQuirk[];
}

/** Checked options with their defaults. */
export interface ResolvedStsOptions extends Required<Omit<StsOptions, "publicClient">> {
  /** The client of requests that name none; `undefined` if such requests are refused. */
  readonly publicClient: Client | undefined;
}

const PUBLIC_CLIENT_ID = "mock-public-client";

/**
 * Checks options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option.
 */
export function resolveStsOptions(
  options: StsOptions,
  defaults: { readonly signingAlgorithm: SigningAlgorithm },
): ResolvedStsOptions {
  checkStsNames(options);
  const { maxActors = 5, defaultAudience = "mock-default-audience" } = options;
  const { severalTargets = "combine", mayAct = "optional", trustedIssuers = [] } = options;
  checkInteger(maxActors, { start: START, name: "maxActors", min: 1 });
  checkText(defaultAudience, { start: START, name: "defaultAudience" });
  const severalChoices = ["combine", "refuse"];
  checkChoice(severalTargets, { start: START, name: "severalTargets", choices: severalChoices });
  checkChoice(mayAct, { start: START, name: "mayAct", choices: ["optional", "required"] });
  for (const issuer of trustedIssuers) checkTrustedIssuer(issuer, `${START} "trustedIssuers"`);
  for (const target of options.targets ?? []) checkStsTarget(target);
  return {
    maxActors,
    defaultAudience,
    severalTargets,
    mayAct,
    trustedIssuers,
    publicClient: options.publicClient ? registerPublicClient().get(PUBLIC_CLIENT_ID) : undefined,
    targets: options.targets ?? [],
    authorizationServers: options.authorizationServers ?? [],
    subjectForRequester: options.subjectForRequester ?? false,
    refreshTokens: options.refreshTokens ?? false,
    signingAlgorithm: checkSigningAlgorithm(options.signingAlgorithm ?? defaults.signingAlgorithm),
    quirks: checkStsQuirks(options.quirks ?? []),
  };
}

const START = "Cannot start mock-sts: sts option";

/** Names of all options. */
export const STS_OPTION_NAMES: FieldKinds<StsOptions> = {
  publicClient: "flag",
  trustedIssuers: "list",
  targets: "list",
  authorizationServers: "texts",
  defaultAudience: "text",
  severalTargets: "text",
  mayAct: "text",
  maxActors: "number",
  subjectForRequester: "flag",
  refreshTokens: "flag",
  signingAlgorithm: "text",
  quirks: "texts",
};

/**
 * Refuses unknown options.
 *
 * @throws TypeError naming the option, and the one that was probably meant.
 */
export function checkStsNames(options: StsOptions | undefined): void {
  const START = "Cannot start mock-sts:";
  checkFields(options, { start: START, names: STS_OPTION_NAMES, field: "sts option" });
}

function registerPublicClient(): Clients {
  return registerClients([{ clientId: PUBLIC_CLIENT_ID, authentication: "none" }]);
}
