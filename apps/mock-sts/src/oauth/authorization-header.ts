/** User and password of a Basic header, still encoded. */
export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Reads the bearer token of an `Authorization` header; `undefined` for any other header.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/**
 * Splits an `Authorization` header of the scheme Basic; `undefined` if it is not well formed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617#section-2 RFC 7617 §2}
 */
export function basicCredentials(authorization: string): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  const text = Buffer.from(encoded ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
