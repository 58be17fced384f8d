/** Endpoints of an issuer at which clients prove themselves. */
export const CLIENT_ENDPOINTS = ["token", "introspection", "revocation"] as const;

/** An endpoint of an issuer at which clients prove themselves. */
export type ClientEndpointName = (typeof CLIENT_ENDPOINTS)[number];

/** Paths of an issuer's endpoints below the issuer. */
export type IssuerPaths = Readonly<Record<ClientEndpointName | "authorization" | "jwks", string>>;

/** The prefix of the mTLS aliases of all endpoints. */
export const MTLS_PREFIX = "/mtls";

/** Paths of an identity tenant, as IAS has them. */
export const IDENTITY_PATHS: IssuerPaths = {
  authorization: "/oauth2/authorize",
  token: "/oauth2/token",
  introspection: "/oauth2/introspect",
  revocation: "/oauth2/revoke",
  jwks: "/oauth2/certs",
};

/** Paths of the token exchange service and of further issuers. */
export const STS_PATHS: IssuerPaths = {
  authorization: "/authorize",
  token: "/token",
  introspection: "/introspect",
  revocation: "/revoke",
  jwks: "/jwks",
};
