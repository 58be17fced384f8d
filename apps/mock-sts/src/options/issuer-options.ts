import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { isDnsLabel } from "../checks/option-values.ts";
import { quotedName } from "../checks/quoted-name.ts";
import { type ClientRegistration, type Clients, registerClients } from "../clients/clients.ts";
import type { SigningAlgorithm } from "../keys/signing-keys.ts";
import {
  type ResolvedStsOptions,
  resolveStsOptions,
  STS_OPTION_NAMES,
  type StsOptions,
} from "./sts-options.ts";
import { RESERVED_SUBDOMAINS } from "./tenants.ts";

/** Name of the token exchange service among the issuers. */
export const STS_NAME = "sts";

/** A further issuer with the features of the token exchange service: grants, targets, quirks. */
export interface IssuerOptions extends StsOptions {
  /** One RFC 1123 label; it is the path of the issuer below the mock's URL. */
  readonly name: string;
  /** Its clients. Default: those of the mock. */
  readonly clients?: readonly ClientRegistration[];
}

/** A checked issuer with its defaults. */
export interface ResolvedIssuer extends ResolvedStsOptions {
  readonly name: string;
  readonly clients: Clients;
}

/** The defaults that issuers inherit from the mock. */
export interface IssuerDefaults {
  readonly clients: Clients;
  readonly signingAlgorithm: SigningAlgorithm;
}

/**
 * Checks issuers and fills in the defaults; `taken` has the names in use.
 *
 * @throws TypeError or RangeError naming the issuer or the option.
 */
export function resolveIssuers(
  issuers: readonly IssuerOptions[],
  { taken, ...defaults }: IssuerDefaults & { readonly taken: readonly string[] },
): readonly ResolvedIssuer[] {
  const names = new Set([...taken, ...RESERVED_SUBDOMAINS]);
  return issuers.map((issuer) => {
    const label = `Cannot serve issuer ${quotedName(issuer?.name)}`;
    checkFields(issuer, { start: `${label}:`, names: ISSUER_OPTION_NAMES });
    if (!isDnsLabel(issuer.name)) {
      throw new TypeError(`${label}: its name must be a lower-case RFC 1123 label`);
    }
    if (names.has(issuer.name)) {
      throw new TypeError(`${label}: its name is the beginning of a path of the mock`);
    }
    names.add(issuer.name);
    return resolveIssuer(issuer, defaults);
  });
}

const ISSUER_OPTION_NAMES: FieldKinds<IssuerOptions> = {
  ...STS_OPTION_NAMES,
  name: "text",
  clients: "list",
};

/** Checks one issuer and fills in the defaults. */
export function resolveIssuer(
  { name, clients: own, ...options }: IssuerOptions,
  defaults: IssuerDefaults,
): ResolvedIssuer {
  const sts = resolveStsOptions(options, defaults);
  const clients = own === undefined ? defaults.clients : registerClients(own);
  const { publicClient } = sts;
  const all =
    publicClient === undefined
      ? clients
      : new Map([...clients, [publicClient.clientId, publicClient]]);
  return { ...sts, name, clients: all };
}
