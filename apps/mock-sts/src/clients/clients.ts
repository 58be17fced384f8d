import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload } from "jose";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { checkText } from "../checks/option-values.ts";
import { quotedName } from "../checks/quoted-name.ts";
import {
  type CertificateIdentity,
  type CertificateSubject,
  certificateIdentity,
} from "../tls/certificate-identity.ts";
import { checkClientClaims } from "./client-claims.ts";

/** Grants that one of the token endpoints knows. */
export const GRANT_TYPES = [
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:jwt-bearer",
  "urn:ietf:params:oauth:grant-type:token-exchange",
  "refresh_token",
] as const;

/** A grant that one of the token endpoints knows. */
export type GrantType = (typeof GRANT_TYPES)[number];

/** Ways in which a client may prove itself; a client with `none` proves nothing. */
export const CLIENT_AUTHENTICATION_METHODS = [
  "tls_client_auth",
  "self_signed_tls_client_auth",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
] as const;

/** A way in which a client may prove itself. */
export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION_METHODS)[number];

/** What a client may be registered for: one method, or its secret in either place. */
export const REGISTERED_METHODS = [...CLIENT_AUTHENTICATION_METHODS, "client_secret"] as const;

/**
 * What a client is registered for: one method, or `client_secret`, which stands for
 * `client_secret_basic` and `client_secret_post`.
 */
export type RegisteredMethod = (typeof REGISTERED_METHODS)[number];

/** A client as the user of the mock registers it. With `tls_client_auth` it has one name in its certificate. */
export interface ClientRegistration extends CertificateSubject {
  readonly clientId: string;
  /** The only accepted method; with `client_secret`, the secret may be sent in the header or the form. */
  readonly authentication: RegisteredMethod;
  /** For `client_secret`, `client_secret_basic` and `client_secret_post`. */
  readonly clientSecret?: string;
  /**
   * For `private_key_jwt`: the public keys the client signs with. For `self_signed_tls_client_auth`:
   * those of its certificates, or the certificates themselves in `x5c`.
   */
  readonly jwks?: JSONWebKeySet;
  /** Grants the client may use. Default: all. */
  readonly grants?: readonly GrantType[];
  /** Scopes the client may ask for. Default: none. */
  readonly scopes?: readonly string[];
  /** Whether its tokens are bound to its certificate. Default: true for the methods by certificate. */
  readonly certificateBoundTokens?: boolean;
  /**
   * Whether its tokens must be bound to a key by DPoP. Default false: they may be. Where
   * `certificateBoundTokens` is set too, they are bound to both.
   */
  readonly dpopBoundTokens?: boolean;
  /**
   * Further claims of its access tokens; they win over the claims that describe the user or the
   * tenant. Claims that the token depends on, such as `sub` and `aud`, are refused. Default: none.
   */
  readonly claims?: JWTPayload;
}

/** A checked registration with its defaults. */
export interface Client {
  readonly clientId: string;
  readonly authentication: RegisteredMethod;
  readonly clientSecret: string | undefined;
  /** The registered name of its certificate. */
  readonly identity: CertificateIdentity | undefined;
  readonly jwks: JSONWebKeySet | undefined;
  readonly grants: readonly GrantType[];
  readonly scopes: readonly string[];
  certificateBoundTokens: boolean;
  readonly dpopBoundTokens: boolean;
  /** Further claims of its access tokens. */
  readonly claims: JWTPayload;
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
    if (clients.has(client.clientId))
      throw invalidRegistration(registration, "is registered twice");
    clients.set(client.clientId, client);
  }
  return clients;
}

function registerClient(registration: ClientRegistration): Client {
  const start = `Cannot register client ${quotedName(registration?.clientId)}:`;
  checkFields(registration, { start, names: REGISTRATION_NAMES });
  const { clientId, authentication, clientSecret, jwks } = registration;
  checkText(clientId, { start: "Cannot register a client:", name: "clientId" });
  if (!REGISTERED_METHODS.includes(authentication)) {
    throw invalidRegistration(
      registration,
      `has an unknown "authentication" ${JSON.stringify(authentication)}`,
    );
  }
  checkProof(registration, "clientSecret", authentication.startsWith("client_secret"));
  checkProof(registration, "jwks", METHODS_BY_KEY.includes(authentication));
  if (jwks !== undefined) checkJwks(registration, jwks);
  const unknownGrant = registration.grants?.find((grant) => !GRANT_TYPES.includes(grant));
  if (unknownGrant !== undefined) {
    throw invalidRegistration(registration, `has an unknown grant ${unknownGrant}`);
  }
  return {
    clientId,
    authentication,
    clientSecret,
    identity: identityOf(registration),
    jwks,
    grants: registration.grants ?? GRANT_TYPES,
    scopes: registration.scopes ?? [],
    certificateBoundTokens:
      registration.certificateBoundTokens ?? isCertificateMethod(authentication),
    dpopBoundTokens: registration.dpopBoundTokens ?? false,
    claims: checkClientClaims(registration.claims, start),
  };
}

const REGISTRATION_NAMES: FieldKinds<ClientRegistration> = {
  clientId: "text",
  authentication: "text",
  clientSecret: "text",
  jwks: "other",
  grants: "texts",
  scopes: "texts",
  certificateBoundTokens: "flag",
  dpopBoundTokens: "flag",
  claims: "members",
  subjectDn: "text",
  sanDns: "text",
  sanUri: "text",
  sanIp: "text",
  sanEmail: "text",
};

/** Methods for which the client's keys are registered. */
const METHODS_BY_KEY: readonly RegisteredMethod[] = [
  "private_key_jwt",
  "self_signed_tls_client_auth",
];

/** Tells whether a client proves itself by its certificate. */
export function isCertificateMethod(method: RegisteredMethod): boolean {
  return method.endsWith("tls_client_auth");
}

function identityOf(registration: ClientRegistration): CertificateIdentity | undefined {
  const isWanted = registration.authentication === "tls_client_auth";
  try {
    return certificateIdentity(registration, { isWanted });
  } catch (error) {
    throw invalidRegistration(registration, (error as Error).message);
  }
}

/** The proof of a client must fit its method: present if needed, else absent. */
function checkProof(
  registration: ClientRegistration,
  field: "clientSecret" | "jwks",
  isWanted: boolean,
): void {
  if (isWanted === Boolean(registration[field])) return;
  throw invalidRegistration(registration, `${isWanted ? "needs" : "must not have"} a "${field}"`);
}

function checkJwks(registration: ClientRegistration, jwks: JSONWebKeySet): void {
  try {
    createLocalJWKSet(jwks);
  } catch {
    throw invalidRegistration(registration, 'has an invalid "jwks"');
  }
}

function invalidRegistration({ clientId }: ClientRegistration, violation: string): TypeError {
  return new TypeError(`Cannot register client ${JSON.stringify(clientId)}: it ${violation}`);
}
