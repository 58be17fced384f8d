/** Tells whether a certificate may be used by a client at all: an oversight that servers refuse without a word about it. */
import { X509Certificate } from "node:crypto";

/** The purpose of a TLS client (RFC 5280 §4.2.1.12), and the one that stands for all. */
const CLIENT_PURPOSES = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"];

/** Says so, as an addition to an advice, if a PEM certificate is not for clients; else returns an empty text. */
export function purposeAdvice(certificate: string): string {
  // No such extension: any purpose.
  const purposes = new X509Certificate(certificate).keyUsage as readonly string[] | undefined;
  const isForClients = purposes?.some((purpose) => CLIENT_PURPOSES.includes(purpose)) ?? true;
  return isForClients
    ? ""
    : "; the certificate is not made for clients: its extended key usage lacks clientAuth";
}
