import { X509Certificate } from "node:crypto";

/**
 * Reads the client certificate that a proxy forwards in a header: PEM with percent-encoding, or
 * Base64 of the DER form, with the colons of RFC 9440 or without. Any other text counts as no
 * certificate.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440 §2.2}
 */
export function proxiedCertificate(header: string | null): X509Certificate | undefined {
  if (header === null) return undefined;
  try {
    const isPem = header.startsWith("-----BEGIN");
    const der = Buffer.from(header.replace(/^:(.*):$/s, "$1"), "base64");
    return new X509Certificate(isPem ? decodeURIComponent(header) : der);
  } catch {
    return undefined;
  }
}
