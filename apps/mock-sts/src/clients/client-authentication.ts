import type { X509Certificate } from "node:crypto";
import type { JSONWebKeySet } from "jose";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { basicCredentials } from "../oauth/authorization-header.ts";
import { sameSecret } from "../oauth/fingerprint.ts";
import type { Form } from "../oauth/form.ts";
import { invalidRequest, OAuthError } from "../oauth/oauth-error.ts";
import { formDecode } from "../oauth/percent-decoding.ts";
import type { Clock } from "../time/clock.ts";
import { certificateViolation, lapseReason } from "../tls/client-certificate.ts";
import { assertedClientId, type ClientAssertions } from "./client-assertion.ts";
import {
  type Client,
  type ClientAuthenticationMethod,
  type Clients,
  isCertificateMethod,
  type RegisteredMethod,
} from "./clients.ts";
import { isRegisteredCertificate } from "./registered-certificate.ts";

/** The parts of a token request that prove its client. */
export interface ClientProof {
  readonly form: Form;
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** The certificate presented in the TLS handshake. */
  readonly certificate: X509Certificate | undefined;
}

/** The facts that proofs are checked against. */
export interface ClientAuthenticationContext {
  readonly clients: Clients;
  readonly authority: X509Certificate;
  readonly clientAssertions: ClientAssertions;
  readonly clock: Clock;
}

interface Credentials {
  readonly method: ClientAuthenticationMethod;
  readonly clientId: string | undefined;
  readonly clientSecret?: string;
}

/**
 * Finds the client that sent a token request.
 *
 * @throws OAuthError `invalid_client`, or `invalid_request` for two methods at once.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 §2.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2 RFC 8705 §2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 RFC 7523 §2.2}
 */
export async function authenticateClient(
  proof: ClientProof,
  context: ClientAuthenticationContext,
): Promise<Client> {
  const usedHeader = proof.authorization !== undefined;
  const credentials = readCredentials(proof);
  if (credentials.clientId === undefined) {
    throw invalidClient("the request names no client_id", usedHeader);
  }
  const client = context.clients.get(credentials.clientId);
  if (client === undefined) throw invalidClient("the client is unknown", usedHeader);
  if (!isExpectedMethod(client.authentication, credentials.method)) {
    const expected = methodsOf(client.authentication).join(" or ");
    throw invalidClient(`the client must authenticate by ${expected}`, usedHeader);
  }
  if (
    client.clientSecret !== undefined &&
    !sameSecret(client.clientSecret, credentials.clientSecret)
  ) {
    throw invalidClient("the client secret is wrong", usedHeader);
  }
  if (isCertificateMethod(client.authentication)) await checkCertificate(client, proof, context);
  if (client.authentication === "private_key_jwt") await checkAssertion(client, proof, context);
  if (client.certificateBoundTokens && proof.certificate === undefined) {
    throw invalidClient("the client's tokens are bound to a certificate and it sent none", false);
  }
  return client;
}

/**
 * A request with a client_id and no secret comes from a public client, or from a client with a
 * certificate.
 */
function isExpectedMethod(registered: RegisteredMethod, used: ClientAuthenticationMethod): boolean {
  return (
    methodsOf(registered).includes(used) || (isCertificateMethod(registered) && used === "none")
  );
}

function methodsOf(registered: RegisteredMethod): readonly ClientAuthenticationMethod[] {
  return registered === "client_secret"
    ? ["client_secret_basic", "client_secret_post"]
    : [registered];
}

function readCredentials({ form, authorization }: ClientProof): Credentials {
  const clientId = form.get("client_id");
  const clientSecret = form.get("client_secret");
  const assertion = form.get("client_assertion");
  if (assertion !== undefined) {
    if (authorization !== undefined || clientSecret !== undefined) throw twoMethods();
    return { method: "private_key_jwt", clientId: clientId ?? assertedClientId(assertion) };
  }
  if (authorization === undefined) {
    return clientSecret === undefined
      ? { method: "none", clientId }
      : { method: "client_secret_post", clientId, clientSecret };
  }
  const basic = readBasic(authorization);
  if (clientSecret !== undefined) throw twoMethods();
  if (clientId !== undefined && clientId !== basic.clientId) {
    throw invalidRequest("the request names two different clients");
  }
  return basic;
}

/** User and password of Basic are form-encoded first: RFC 6749, appendix B. */
function readBasic(authorization: string): Credentials & { clientSecret: string } {
  const basic = basicCredentials(authorization);
  if (basic === undefined) {
    throw invalidClient("the Authorization header is not valid Basic", true);
  }
  const clientId = formDecode(basic.user);
  const clientSecret = formDecode(basic.password);
  if (clientId === undefined || clientSecret === undefined) {
    throw invalidClient("the Basic credentials are not form-encoded", true);
  }
  return { method: "client_secret_basic", clientId, clientSecret };
}

async function checkCertificate(
  { identity, jwks = NO_KEYS }: Client,
  { certificate }: ClientProof,
  { authority, clock }: ClientAuthenticationContext,
): Promise<void> {
  if (certificate === undefined) throw invalidClient("no client certificate was sent", false);
  const now = clock.now();
  const isSelfSigned = identity === undefined;
  const reason = isSelfSigned
    ? lapseReason(certificate, now)
    : certificateViolation(certificate, { authority, now, identity });
  if (reason !== undefined) throw invalidClient(reason, false);
  if (isSelfSigned && !(await isRegisteredCertificate(certificate, jwks))) {
    throw invalidClient("the client certificate is not a registered one", false);
  }
}

const NO_KEYS: JSONWebKeySet = { keys: [] };

async function checkAssertion(
  { clientId, jwks = NO_KEYS }: Client,
  { form }: ClientProof,
  { clientAssertions }: ClientAuthenticationContext,
): Promise<void> {
  try {
    await clientAssertions.verify(form, { clientId, jwks });
  } catch (error) {
    throw error instanceof InvalidTokenError ? invalidClient(error.message, false) : error;
  }
}

function twoMethods(): OAuthError {
  return invalidRequest("the request uses two client authentication methods");
}

function invalidClient(description: string, usedHeader: boolean): OAuthError {
  const headers: Record<string, string> = usedHeader
    ? { "WWW-Authenticate": 'Basic realm="mock-sts", charset="UTF-8"' }
    : {};
  return new OAuthError("invalid_client", description, { status: 401, headers });
}
