/** Which kinds of issued tokens never go to an API. */

/**
 * Names the kind of an issued token with which an API could ask for further tokens in the user's name. Servers write the type in
 * any letter case, with white space, as a short name, or, for SAML, as a URN of OASIS.
 *
 * @returns `undefined` if an API may get the token.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693 §3}
 */
export function keptSecretType(issuedTokenType: unknown): string | undefined {
  if (typeof issuedTokenType !== "string") return undefined;
  const letters = issuedTokenType.toLowerCase().replace(/[^a-z\d]/g, "");
  if (letters.includes("saml")) return "SAML assertion";
  return letters.endsWith("refreshtoken") ? "refresh token" : undefined;
}
