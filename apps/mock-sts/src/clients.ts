import { type DistinguishedName, parseDistinguishedName } from "./distinguished-name.ts";

/** Grants the token endpoint knows. */
export const grantTypes = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
] as const;

/** A grant the token endpoint knows. */
export type GrantType = (typeof grantTypes)[number];

/** Ways a client may prove who it is; `none` is a client that something outside vouches for. */
export const clientAuthenticationMethods = [
  "tls_client_auth",
  "client_secret_basic",
  "client_secret_post",
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
  const { clientId, authentication, clientSecret, subjectDn } = registration;
  if (typeof clientId !== "string" || clientId.trim() === "") {
    throw new TypeError('Cannot register a client: "clientId" is blank');
  }
  if (!clientAuthenticationMethods.includes(authentication)) {
    throw faulty(registration, `has an unknown "authentication" ${JSON.stringify(authentication)}`);
  }
  const wantsSecret = authentication.startsWith("client_secret_");
  if (wantsSecret !== Boolean(clientSecret)) {
    throw faulty(registration, `${wantsSecret ? "needs" : "must not have"} a "clientSecret"`);
  }
  const wantsSubject = authentication === "tls_client_auth";
  if (wantsSubject !== Boolean(subjectDn)) {
    throw faulty(registration, `${wantsSubject ? "needs" : "must not have"} a "subjectDn"`);
  }
  const unknownGrant = registration.grants?.find((grant) => !grantTypes.includes(grant));
  if (unknownGrant !== undefined) {
    throw faulty(registration, `has an unknown grant ${unknownGrant}`);
  }
  return {
    clientId,
    authentication,
    clientSecret,
    subject: subjectDn === undefined ? undefined : parseDistinguishedName(subjectDn),
    grants: registration.grants ?? grantTypes,
    scopes: registration.scopes ?? [],
    certificateBoundTokens: registration.certificateBoundTokens ?? wantsSubject,
  };
}

function faulty({ clientId }: ClientRegistration, fault: string): TypeError {
  return new TypeError(`Cannot register client ${JSON.stringify(clientId)}: it ${fault}`);
}
