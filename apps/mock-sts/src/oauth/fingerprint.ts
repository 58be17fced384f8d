import { hash, timingSafeEqual } from "node:crypto";

/** Computes a secret's SHA-256 in hexadecimal. */
export function digest(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Compares two secrets in a time that does not depend on them. */
export function sameSecret(expected: string, given = ""): boolean {
  const mark = (text: string) => hash("sha256", text, "buffer");
  return timingSafeEqual(mark(expected), mark(given));
}

/**
 * Names a secret without giving it away: the first 12 hexadecimal digits of its SHA-256.
 *
 * Tests compute the fingerprint of the token that they hold, and compare.
 *
 * @throws TypeError if `secret` is not a string.
 */
export function fingerprint(secret: string): string {
  if (typeof secret !== "string") {
    throw new TypeError('Cannot name a secret: "secret" must be a string, such as a token');
  }
  return digest(secret).slice(0, 12);
}

/**
 * Computes a certificate's `x5t#S256`: unpadded base64url SHA-256 of its DER form.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-3.1 RFC 8705 §3.1}
 */
export function certificateThumbprint(der: Uint8Array): string {
  return hash("sha256", der, "base64url");
}
