import { X509Certificate } from "node:crypto";

/**
 * Reads the client certificate that a proxy hands on in a header: PEM with percent-encoding, or
 * Base64 of the DER form, between colons as RFC 9440 has it or without. What is none of this is no
 * certificate.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9440#section-2.2 RFC 9440, section 2.2}
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
