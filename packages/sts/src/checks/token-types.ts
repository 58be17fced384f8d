const urn = <Name extends string>(name: Name) =>
  `urn:ietf:params:oauth:token-type:${name}` as const;

/**
 * The registered names of token types.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693 §3}
 */
export const tokenTypes = Object.freeze({
  accessToken: urn("access_token"),
  refreshToken: urn("refresh_token"),
  idToken: urn("id_token"),
  saml1: urn("saml1"),
  saml2: urn("saml2"),
  jwt: urn("jwt"),
  /** An identity assertion with which another authorization server issues access tokens. */
  idJag: urn("id-jag"),
});
