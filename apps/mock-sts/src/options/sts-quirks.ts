import { didYouMean } from "../checks/nearest-name.ts";

/**
 * Deviations of the token exchange service from the RFCs; some have the name of the server that
 * deviates so.
 */
export const stsQuirks = [
  /** `issued_token_type` names another type than the token has. */
  "wrong-issued-token-type",
  /** `issued_token_type` is missing. */
  "no-issued-token-type",
  /** `token_type` is `Bearer` for a token that is not an access token. */
  "bearer-for-any-type",
  /** `token_type` is `N_A` for an access token. */
  "n-a-for-access-token",
  /** `token_type` is all lower case, which is allowed. */
  "lower-case-token-type",
  /** The response has a refresh token that the service does not accept. */
  "useless-refresh-token",
  /** Every target is accepted, but the token is for the default audience: status 200. */
  "casdoor-audience-ignored",
  /** Any `resource` is an `invalid_target`. */
  "zitadel-invalid-target-for-resource",
  /** An unknown audience is an `invalid_client` with status 400. */
  "keycloak-invalid-client-for-unknown-audience",
  /** A subject token for another client is an `access_denied` with status 403. */
  "keycloak-access-denied-for-foreign-subject",
  /** The actor token and `may_act` are ignored, as without the feature for delegation. */
  "keycloak-actor-ignored",
  /** Introspection leaves `act` out. */
  "keycloak-introspection-without-act",
  /** A bad subject or actor token is an `invalid_grant` in place of `invalid_request`. */
  "invalid-grant-for-bad-token",
  /** An unknown grant type is an `invalid_grant`. */
  "navikt-invalid-grant-for-unknown-grant-type",
  /** A grant type the client may not use is an `invalid_request`. */
  "oidc-provider-invalid-request-for-forbidden-grant-type",
  /** Errors have a status and no body. */
  "glewlwyd-empty-errors",
  /** Errors are `application/problem+json`. */
  "oauth2-mock-server-problem-errors",
  /** Errors are plain text without a code. */
  "kagent-plain-text-errors",
  /** Errors are web pages. */
  "html-errors",
  /** The metadata's token endpoint has no scheme. */
  "scheme-less-token-endpoint",
  /** The metadata's token endpoint has a host name that only the server's own network knows. */
  "internal-token-endpoint",
] as const;

/** A deviation of the token exchange service from the RFCs. */
export type StsQuirk = (typeof stsQuirks)[number];

/** Tells whether a quirk is on now. */
export type HasQuirk = (quirk: StsQuirk) => boolean;

/**
 * Checks names of quirks.
 *
 * @throws TypeError naming the unknown quirk.
 */
export function checkStsQuirks(quirks: readonly StsQuirk[]): readonly StsQuirk[] {
  const unknown = quirks.find((quirk) => !stsQuirks.includes(quirk));
  if (unknown === undefined) return quirks;
  const asked = didYouMean(unknown, stsQuirks);
  throw new TypeError(`Cannot set quirks: unknown quirk ${JSON.stringify(unknown)}${asked}`);
}
