import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CertificatePair, issueCertificate } from "@agent-oauth/test-support/certificates";
import { replaceFile } from "@agent-oauth/test-support/temporary-directory";
import type { CustomerCredentials } from "./customer-credentials.ts";

/** The agent's first certificate, the same for all tests of a file. */
export const clientPair: CertificatePair = await issueCertificate("clientAuth");

/** Makes good credentials, with members of one's own. */
export function credentialsWith(members: Partial<CustomerCredentials> = {}): CustomerCredentials {
  return {
    tokenServiceUrl: "https://tenant.accounts.example/oauth2/token",
    clientid: "agent-1",
    certificate: clientPair.certificate,
    privateKey: clientPair.key,
    gatewayUrl: "https://agw.example",
    integrationDependencies: [
      { ordId: "sap.mcpbuilder:apiResource:cost-center:v1", globalTenantId: "250695" },
    ],
    ...members,
  };
}

/** The fingerprint by which the test server names a certificate. */
export function fingerprintOf({ certificate }: Pick<CertificatePair, "certificate">): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** Writes a binding of credentials; returns the path of the credentials file. */
export function writeBinding(
  root: string,
  {
    name = "agw",
    type = "integration-credentials",
    credentials = credentialsWith() as unknown,
  } = {},
): string {
  const directory = join(root, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "type"), `${type}\n`);
  const path = join(directory, "credentials");
  writeFileSync(path, typeof credentials === "string" ? credentials : JSON.stringify(credentials));
  return path;
}

/** Puts other credentials in a file's place in one step. */
export function replaceCredentials(path: string, credentials: unknown): void {
  replaceFile(path, JSON.stringify(credentials));
}
