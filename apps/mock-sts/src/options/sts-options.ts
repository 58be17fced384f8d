import { checkNames, type KnownNames } from "../checks/known-names.ts";
import { checkChoice, checkInteger, checkText } from "../checks/option-values.ts";
import { type Client, type Clients, registerClients } from "../clients/clients.ts";
import { checkSigningAlgorithm, type SigningAlgorithm } from "../keys/signing-keys.ts";
import { checkTrustedIssuer, type TrustedIssuer } from "../keys/trusted-issuer.ts";
import { checkStsQuirks, type StsQuirk } from "./sts-quirks.ts";
import { checkStsTarget, type StsTarget } from "./sts-targets.ts";

/** How the token exchange service is to be; every field has a default. */
export interface StsOptions {
  /** What it signs with. Default: as the rest of the mock. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** Takes requests that name no client and prove none, as kagent's are. Default false. */
  readonly publicClient?: boolean;
  /** Whose tokens are taken beside the mock's own. Default: nobody's. */
  readonly trustedIssuers?: readonly TrustedIssuer[];
  /** What tokens may be for, beside the MCP servers with an audience. Default: nothing else. */
  readonly targets?: readonly StsTarget[];
  /** Issuers of other authorization servers an ID-JAG may be for. Default: none but the mock's own. */
  readonly authorizationServers?: readonly string[];
  /** Claim `aud` of a token that was asked for without a target. Default `mock-default-audience`. */
  readonly defaultAudience?: string;
  /** Whether a token may be for several targets at once, or such a request is refused. Default `combine`. */
  readonly severalTargets?: "combine" | "refuse";
  /** Whether a subject token must say by `may_act` who may act for its subject. Default `optional`. */
  readonly mayAct?: "optional" | "required";
  /** Most actors in a chain of delegation. Default 5. */
  readonly maxActors?: number;
  /** Whether `aud` of a subject token must hold the requesting client or this server. Default false. */
  readonly subjectForRequester?: boolean;
  /** Whether an exchange brings a refresh token too, or one alone where that is asked for. Default false. */
  readonly refreshTokens?: boolean;
  /** Ways in which the service errs. Default: none. */
  readonly quirks?: readonly StsQuirk[];
}

/** Checked options with their defaults. */
export interface ResolvedStsOptions extends Required<Omit<StsOptions, "publicClient">> {
  /** The client of requests that name none; `undefined` if they are refused. */
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
export const STS_OPTION_NAMES: KnownNames<StsOptions> = {
  publicClient: true,
  trustedIssuers: true,
  targets: true,
  authorizationServers: true,
  defaultAudience: true,
  severalTargets: true,
  mayAct: true,
  maxActors: true,
  subjectForRequester: true,
  refreshTokens: true,
  signingAlgorithm: true,
  quirks: true,
};

/**
 * Refuses options that there are not.
 *
 * @throws TypeError naming the option, and the one that was probably meant.
 */
export function checkStsNames(options: StsOptions | undefined): void {
  const START = "Cannot start mock-sts:";
  checkNames(options, { start: START, names: STS_OPTION_NAMES, field: "sts option" });
}

function registerPublicClient(): Clients {
  return registerClients([{ clientId: PUBLIC_CLIENT_ID, authentication: "none" }]);
}
