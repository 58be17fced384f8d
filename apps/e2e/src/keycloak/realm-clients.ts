import { createStsTokenSource, type StsTokenSource, tokenTypes } from "@agent-oauth/sts";
import {
  clientSecretBasic,
  createClientCertificate,
  createTokenEndpoint,
  type TokenEndpoint,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { inject, onTestFinished } from "vitest";
import type { CertificatePair } from "./certificates.ts";
import { SECRET } from "./realm.ts";

const { issuer, ca, agent } = inject("keycloak");

type StsOptions = Partial<Parameters<typeof createStsTokenSource>[0]>;

/** Logs a user in at the frontend, and returns the access token that agents exchange. */
export async function subjectToken(username: string): Promise<string> {
  const grant = { grantType: "password", parameters: { username, password: SECRET } };
  const token = await clientWithSecret("frontend").request({ ...grant, idempotent: false });
  return token.token;
}

/** A client of the realm that authenticates by its secret. It ends with the test. */
export function clientWithSecret(clientId: string): TokenEndpoint {
  const clientAuthentication = clientSecretBasic(SECRET);
  const endpoint = createTokenEndpoint({ issuer, ca, clientId, clientAuthentication });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

/** The exchange of the client `agent-by-secret`. It ends with the test. */
export function exchangeBySecret(options: StsOptions = {}): StsTokenSource {
  const clientAuthentication = clientSecretBasic(SECRET);
  return exchange({ clientId: "agent-by-secret", clientAuthentication, ...options });
}

/** The exchange of the client `agent-by-certificate`. It ends with the test. */
export function exchangeByCertificate(pair: CertificatePair = agent): StsTokenSource {
  const clientAuthentication = tlsClientAuth(createClientCertificate(pair));
  return exchange({ clientId: "agent-by-certificate", clientAuthentication });
}

function exchange(options: StsOptions): StsTokenSource {
  const source = createStsTokenSource({
    issuer,
    ca,
    timeoutMs: 30_000,
    subjectTokenType: tokenTypes.accessToken,
    audienceMismatch: "error",
    ...options,
  });
  onTestFinished(() => source.close());
  return source;
}
