import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import { type DistinguishedName, parseDistinguishedName } from "./distinguished-name.ts";

/** Grants that one of the token endpoints knows. */
export const grantTypes = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange",
] as const;

/** A grant that one of the token endpoints knows. */
export type GrantType = (typeof grantTypes)[number];

/** Ways a client may prove who it is; `none` is a client that something outside vouches for. */
export const clientAuthenticationMethods = [
  "tls_client_auth",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
] as const;

/** A way a client may prove who it is. */
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

/** A client as the user of the mock registers it. */
export interface ClientRegistration {
  readonly clientId: string;
  /** The only accepted method. */
  readonly authentication: ClientAuthenticationMethod;
  /** For `client_secret_basic` and `client_secret_post`. */
  readonly clientSecret?: string;
  /** For `tls_client_auth`: the certificate's subject as an RFC 4514 name. */
  readonly subjectDn?: string;
  /** For `private_key_jwt`: the public keys the client signs with. */
  readonly jwks?: JSONWebKeySet;
  /** Grants the client may use. Default: all. */
  readonly grants?: readonly GrantType[];
  /** Scopes the client may ask for. Default: none. */
  readonly scopes?: readonly string[];
  /** Whether its tokens are bound to its certificate. Default: true for `tls_client_auth`. */
  readonly certificateBoundTokens?: boolean;
}

/** A checked registration with its defaults. */
export interface Client {
  readonly clientId: string;
  readonly authentication: ClientAuthenticationMethod;
  readonly clientSecret: string | undefined;
  readonly subject: DistinguishedName | undefined;
  readonly jwks: JSONWebKeySet | undefined;
  readonly grants: readonly GrantType[];
  readonly scopes: readonly string[];
  certificateBoundTokens: boolean;
}

/** Registered clients by identifier. */
export type Clients = ReadonlyMap<string, Client>;

/**
 * Checks registrations and indexes them.
 *
 * @throws TypeError naming the client and the field that is wrong.
 */
export function registerClients(registrations: readonly ClientRegistration[]): Clients {
  const clients = new Map<string, Client>();
  for (const registration of registrations) {
    const client = registerClient(registration);
    if (clients.has(client.clientId)) throw faulty(registration, "is registered twice");
    clients.set(client.clientId, client);
  }
  return clients;
}

function registerClient(registration: ClientRegistration): Client {
  const { clientId, authentication, clientSecret, subjectDn, jwks } = registration;
  if (typeof clientId !== "string" || clientId.trim() === "") {
    throw new TypeError('Cannot register a client: "clientId" is blank');
  }
  if (!clientAuthenticationMethods.includes(authentication)) {
    throw faulty(registration, `has an unknown "authentication" ${JSON.stringify(authentication)}`);
  }
  const wantsSubject = authentication === "tls_client_auth";
  checkProof(registration, "clientSecret", authentication.startsWith("client_secret_"));
  checkProof(registration, "subjectDn", wantsSubject);
  checkProof(registration, "jwks", authentication === "private_key_jwt");
  if (jwks !== undefined) checkJwks(registration, jwks);
  const unknownGrant = registration.grants?.find((grant) => !grantTypes.includes(grant));
  if (unknownGrant !== undefined) {
    throw faulty(registration, `has an unknown grant ${unknownGrant}`);
  }
  return {
    clientId,
    authentication,
    clientSecret,
    subject: subjectDn === undefined ? undefined : parseDistinguishedName(subjectDn),
    jwks,
    grants: registration.grants ?? grantTypes,
    scopes: registration.scopes ?? [],
    certificateBoundTokens: registration.certificateBoundTokens ?? wantsSubject,
  };
}

/** What a client proves itself with fits its method: there if needed, else absent. */
function checkProof(
  registration: ClientRegistration,
  field: "clientSecret" | "subjectDn" | "jwks",
  isWanted: boolean,
): void {
  if (isWanted === Boolean(registration[field])) return;
  throw faulty(registration, `${isWanted ? "needs" : "must not have"} a "${field}"`);
}

function checkJwks(registration: ClientRegistration, jwks: JSONWebKeySet): void {
  try {
    createLocalJWKSet(jwks);
  } catch {
    throw faulty(registration, 'has a "jwks" that is no JWK Set');
  }
}

function faulty({ clientId }: ClientRegistration, fault: string): TypeError {
  return new TypeError(`Cannot register client ${JSON.stringify(clientId)}: it ${fault}`);
}
