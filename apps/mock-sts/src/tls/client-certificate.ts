import type { X509Certificate } from "node:crypto";
import type { CertificateIdentity } from "./certificate-identity.ts";

/** The object identifier of the extended key usage "TLS client". */
const CLIENT_AUTH_USAGE = "1.3.6.1.5.5.7.3.2";

/** The facts that a client certificate is checked against. */
export interface CertificateTrust {
  /** The authority that must have issued it. */
  readonly authority: X509Certificate;
  /** The time at which it must be valid, epoch milliseconds. */
  readonly now: number;
}

/**
 * Says why a client certificate cannot be trusted; `undefined` if it can.
 *
 * The TLS layer accepts every certificate, so that a bad one gets an OAuth error instead of a
 * closed socket, and so that validity follows the mock's clock. This function makes the check that
 * the TLS layer leaves out.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 §2.1}
 */
export function distrustReason(
  certificate: X509Certificate,
  { authority, now }: CertificateTrust,
): string | undefined {
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    return "the client certificate was not issued by the trusted authority";
  }
  if (certificate.ca) return "the client certificate is an authority's";
  const lapse = lapseReason(certificate, now);
  if (lapse !== undefined) return lapse;
  // This is Node's name for the extended key usages. A certificate without any fits every purpose.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH_USAGE)) {
    return "the client certificate is not meant for TLS clients";
  }
  return undefined;
}

/** Says why a certificate is not valid at an instant; `undefined` if it is. */
export function lapseReason(certificate: X509Certificate, now: number): string | undefined {
  if (now < Date.parse(certificate.validFrom)) return "the client certificate is not yet valid";
  if (now > Date.parse(certificate.validTo)) return "the client certificate has expired";
  return undefined;
}

/** Says why a certificate cannot be that of a client with a registered name; `undefined` if it can. */
export function certificateViolation(
  certificate: X509Certificate,
  { identity, ...trust }: CertificateTrust & { readonly identity: CertificateIdentity },
): string | undefined {
  const reason = distrustReason(certificate, trust);
  if (reason !== undefined) return reason;
  return identity.matches(certificate)
    ? undefined
    : `the certificate's ${identity.kind} is not the registered one`;
}
