import type { ClientRegistration } from "../clients/clients.ts";
import { YEAR_MS } from "../time/durations.ts";
import type { CertificateAuthority, CertificatePair } from "../tls/certificate-authority.ts";

/** Client that line-of-business agents have in every identity tenant; the Destination Service holds its certificate. */
export const LOB_CLIENT = {
  clientId: "mock-lob-agent",
  authentication: "tls_client_auth",
  subjectDn: "CN=mock-lob-agent,OU=Destinations,O=Mock STS",
  // The agent gets the token but has no key: it could not use a bound token.
  certificateBoundTokens: false,
} as const satisfies ClientRegistration;

/**
 * Issues the certificate that the Destination Service presents for that client, valid from a year
 * ago for two years.
 */
export function issueLobKeyStore(authority: CertificateAuthority): Promise<CertificatePair> {
  return authority.issue({
    subject: LOB_CLIENT.subjectDn,
    usage: "clientAuth",
    notBefore: Date.now() - YEAR_MS,
    notAfter: Date.now() + YEAR_MS,
  });
}
