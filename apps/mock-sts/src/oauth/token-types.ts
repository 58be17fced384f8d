const PREFIX = "urn:ietf:params:oauth:token-type:";

/**
 * Token type identifiers.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693 §3}
 */
export const TOKEN_TYPES = {
  accessToken: `${PREFIX}access_token`,
  refreshToken: `${PREFIX}refresh_token`,
  idToken: `${PREFIX}id_token`,
  jwt: `${PREFIX}jwt`,
  /** Identity Assertion JWT Authorization Grant, an OAuth draft. */
  idJag: `${PREFIX}id-jag`,
} as const;

/** Types of tokens that this server issues in exchange. */
export const ISSUABLE_TYPES = [
  TOKEN_TYPES.accessToken,
  TOKEN_TYPES.jwt,
  TOKEN_TYPES.idToken,
  TOKEN_TYPES.idJag,
  TOKEN_TYPES.refreshToken,
] as const;

/** Type of a token that this server issues in exchange. */
export type IssuableType = (typeof ISSUABLE_TYPES)[number];

/** Tells whether tokens of a type are meant for a resource server; others get the `token_type` `N_A`. */
export function isAccessTokenType(type: IssuableType): boolean {
  return type === TOKEN_TYPES.accessToken || type === TOKEN_TYPES.jwt;
}
