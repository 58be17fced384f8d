import type { TestProject } from "vitest/node";
import { type CertificatePair, createCertificateAuthority } from "./certificates.ts";
import { installKeycloak, KEYCLOAK_VERSION } from "./distribution.ts";
import { startKeycloak } from "./keycloak-server.ts";
import { AGENT_SUBJECT } from "./realm.ts";

/** What the tests are told about the Keycloak that runs for them. */
export interface KeycloakFacts {
  readonly issuer: string;
  /** PEM of the authority that issued all certificates. */
  readonly ca: string;
  /** The certificate of the client `agent-by-certificate`. */
  readonly agent: CertificatePair;
  /** One of the same authority with another subject. */
  readonly stranger: CertificatePair;
  /** For the MCP servers. */
  readonly server: CertificatePair;
}

declare module "vitest" {
  interface ProvidedContext {
    keycloak: KeycloakFacts;
  }
}

/** Starts one Keycloak for all test files; what is returned stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const javaHome = process.env.JAVA_HOME;
  if (javaHome === undefined) throw new Error("Cannot start Keycloak: run pnpm e2e:keycloak");
  const authority = await createCertificateAuthority();
  const server = await authority.issue("CN=localhost", "serverAuth");
  const home = await installKeycloak();
  const startedAt = performance.now();
  const keycloak = await startKeycloak({
    home,
    javaHome,
    tls: server,
    ca: authority.certificate,
  });
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`Keycloak ${KEYCLOAK_VERSION} is ready after ${seconds} s`);
  project.provide("keycloak", {
    issuer: keycloak.issuer,
    ca: authority.certificate,
    agent: await authority.issue(AGENT_SUBJECT, "clientAuth"),
    stranger: await authority.issue("CN=stranger,O=Agents", "clientAuth"),
    server,
  });
  return () => keycloak.stop();
}
