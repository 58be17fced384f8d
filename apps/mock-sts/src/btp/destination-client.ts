import { randomBytes, randomUUID, type X509Certificate } from "node:crypto";
import { basicCredentials } from "../oauth/authorization-header.ts";
import { sameSecret } from "../oauth/fingerprint.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import { percentDecode } from "../oauth/percent-decoding.ts";
import { type CertificateIdentity, subjectIdentity } from "../tls/certificate-identity.ts";
import { certificateViolation } from "../tls/client-certificate.ts";
import type { TokenRequest } from "../tokens/oauth-endpoint.ts";

/** The client that the holder of a binding of the Destination Service is. */
export interface DestinationClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Subject of the certificates of its X.509 bindings, RFC 4514. */
  readonly subjectDn: string;
  readonly identity: CertificateIdentity;
}

/**
 * Makes a client whose id and secret contain characters that forms and Basic must encode, as real
 * ones do.
 *
 * Each mock has another id: SDKs cache what they know of a client by its id, for the whole process.
 */
export function createDestinationClient(): DestinationClient {
  const subjectDn = "CN=mock-destination,OU=Bindings,O=Mock STS";
  return {
    clientId: `sb-clone-${randomUUID()}!b1|destination-mock!b2`,
    clientSecret: `${randomBytes(18).toString("base64")}$+/%20=`,
    subjectDn,
    identity: subjectIdentity(subjectDn),
  };
}

/** The facts that a token request of the client is checked against. */
export interface DestinationClientContext {
  readonly client: DestinationClient;
  readonly authority: X509Certificate;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A request to XSUAA's token endpoint. */
export interface ServiceTokenRequest extends TokenRequest {
  /** Whether the parts of Basic are percent-encoded: header `X-CF-ENCODED-CREDENTIALS`. */
  readonly encodedCredentials: boolean;
}

/**
 * Checks that a request to XSUAA comes from the client: by secret in the form or in Basic, else by certificate.
 *
 * @throws OAuthError `unauthorized`, XSUAA's word for `invalid_client`.
 */
export function authenticateDestinationClient(
  request: ServiceTokenRequest,
  { client, authority, now }: DestinationClientContext,
): void {
  const { clientId, clientSecret } = readCredentials(request);
  if (clientId !== client.clientId) throw badCredentials();
  if (clientSecret !== undefined) {
    if (!sameSecret(client.clientSecret, clientSecret)) throw badCredentials();
    return;
  }
  const { certificate } = request;
  if (certificate === undefined) throw badCredentials();
  const violation = certificateViolation(certificate, {
    authority,
    now,
    identity: client.identity,
  });
  if (violation !== undefined) throw badCredentials(`Bad credentials: ${violation}`);
}

function readCredentials(request: ServiceTokenRequest) {
  const { form, authorization, encodedCredentials } = request;
  if (authorization === undefined) {
    return { clientId: form.get("client_id"), clientSecret: form.get("client_secret") };
  }
  const basic = basicCredentials(authorization);
  if (basic === undefined) throw badCredentials();
  const { user, password } = basic;
  if (!encodedCredentials) return { clientId: user, clientSecret: password };
  const clientId = percentDecode(user);
  const clientSecret = percentDecode(password);
  if (clientId === undefined || clientSecret === undefined) throw badCredentials();
  return { clientId, clientSecret };
}

function badCredentials(description = "Bad credentials"): OAuthError {
  return new OAuthError("unauthorized", description, { status: 401 });
}
