import { didYouMean } from "./nearest-name.ts";

/** Ways in which the token exchange service may err, as some real ones do. */
export const stsQuirks = [
  /** `issued_token_type` names another type than the token has. */
  "wrong-issued-token-type",
  /** `issued_token_type` is missing. */
  "no-issued-token-type",
  /** Every target is taken, and the token is for the default audience all the same. */
  "audience-ignored",
  /** Errors are web pages. */
  "html-errors",
  /** A bad subject or actor token is an `invalid_grant` in place of `invalid_request`. */
  "invalid-grant-for-bad-token",
  /** An unknown audience is an `invalid_client` with status 400, as Keycloak answers. */
  "invalid-client-for-audience",
  /** A subject token for somebody else is an `access_denied` with status 403, as Keycloak answers. */
  "access-denied-for-subject",
  /** `token_type` says `Bearer` for a token that is no access token. */
  "bearer-for-any-type",
  /** `token_type` says `N_A` for an access token. */
  "n-a-for-access-token",
  /** `token_type` is all lower case, which is allowed. */
  "lower-case-token-type",
  /** The answer holds a refresh token, of no use here. */
  "refresh-token",
  /** The metadata's token endpoint has no scheme. */
  "scheme-less-token-endpoint",
  /** The metadata's token endpoint has a host name that only the server's own network knows. */
  "internal-token-endpoint",
] as const;

/** A way in which the token exchange service may err. */
export type StsQuirk = (typeof stsQuirks)[number];

/**
 * Checks names of quirks.
 *
 * @throws TypeError naming the one that there is not.
 */
export function checkStsQuirks(quirks: readonly StsQuirk[]): readonly StsQuirk[] {
  const unknown = quirks.find((quirk) => !stsQuirks.includes(quirk));
  if (unknown === undefined) return quirks;
  const asked = didYouMean(unknown, stsQuirks);
  throw new TypeError(`Cannot set quirks: there is no quirk ${JSON.stringify(unknown)}${asked}`);
}
