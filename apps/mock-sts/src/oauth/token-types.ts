const prefix = "urn:ietf:params:oauth:token-type:";

/**
 * Token type identifiers.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693, section 3}
 */
export const tokenTypes = {
  accessToken: `${prefix}access_token`,
  refreshToken: `${prefix}refresh_token`,
  idToken: `${prefix}id_token`,
  jwt: `${prefix}jwt`,
  /** Identity Assertion JWT Authorization Grant, an OAuth draft. */
  idJag: `${prefix}id-jag`,
} as const;

/** Types of tokens that this server issues in exchange. */
export const issuableTypes = [
  tokenTypes.accessToken,
  tokenTypes.jwt,
  tokenTypes.idToken,
  tokenTypes.idJag,
  tokenTypes.refreshToken,
] as const;

/** Type of a token that this server issues in exchange. */
export type IssuableType = (typeof issuableTypes)[number];

/** Tells whether tokens of a type are meant for a resource server; others get the `token_type` `N_A`. */
export function isAccessTokenType(type: IssuableType): boolean {
  return type === tokenTypes.accessToken || type === tokenTypes.jwt;
}
