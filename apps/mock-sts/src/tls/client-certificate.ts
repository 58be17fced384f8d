import type { X509Certificate } from "node:crypto";
import type { CertificateIdentity } from "./certificate-identity.ts";

/** The object identifier of the extended key usage "TLS client". */
const CLIENT_AUTH_USAGE = "1.3.6.1.5.5.7.3.2";

/** What a client certificate is judged by. */
export interface CertificateTrust {
  /** The authority that must have issued it. */
  readonly authority: X509Certificate;
  /** The time to judge its validity at, epoch milliseconds. */
  readonly now: number;
}

/**
 * Says why a client certificate cannot be trusted; `undefined` if it can.
 *
 * The TLS layer lets every certificate through, so that a bad one gets an OAuth error instead of
 * a dead socket, and so that validity follows the mock's clock. This is the check it leaves out.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705, section 2.1}
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
  // Node's name for the extended key usages. Without any the certificate fits every purpose.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH_USAGE)) {
    return "the client certificate is not meant for TLS clients";
  }
  return undefined;
}

/** Says why a certificate is of no use at an instant; `undefined` if it is. */
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
