import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInBackground } from "../processes/command.ts";
import type { CertificatePair } from "./certificates.ts";
import { REALM, realm } from "./realm.ts";

/** A running Keycloak. */
export interface KeycloakServer {
  /** The issuer of the realm. */
  readonly issuer: string;
  stop(): Promise<void>;
}

/** Long enough for the first start, which prepares the installation, on a busy machine. */
const START_LIMIT_MS = 900_000;

/** Starts Keycloak with the realm, its data in memory, at a port of its own. */
export async function startKeycloak(options: KeycloakServerOptions): Promise<KeycloakServer> {
  const { home, javaHome, tls, ca } = options;
  const folder = mkdtempSync(join(tmpdir(), "keycloak-"));
  const limit = new AbortController();
  const tooLate = new Error(`Keycloak was not ready after ${START_LIMIT_MS} ms`);
  const timer = setTimeout(() => limit.abort(tooLate), START_LIMIT_MS);
  try {
    for (const [name, text] of Object.entries({ "ca.pem": ca, "tls.pem": tls.certificate })) {
      writeFileSync(join(folder, name), text);
    }
    writeFileSync(join(folder, "key.pem"), tls.key, { mode: 0o600 });
    const imports = join(home, "data/import");
    mkdirSync(imports, { recursive: true });
    writeFileSync(join(imports, `${REALM}-realm.json`), JSON.stringify(realm()));

    const origin = `https://localhost:${await freePort()}`;
    const server = await runInBackground(
      [join(home, "bin/kc.sh"), "start-dev", ...startOptions(origin, folder)],
      {
        folder,
        environment: { JAVA_HOME: javaHome, JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m" },
        ready: "Listening on:",
        signal: limit.signal,
      },
    );
    // If the tests end without an end, so does it.
    const stopAtExit = (): void => void server.stop();
    process.once("exit", stopAtExit);
    return {
      issuer: `${origin}/realms/${REALM}`,
      async stop() {
        process.off("exit", stopAtExit);
        await server.stop();
        rmSync(folder, { recursive: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What a Keycloak needs to run. */
export interface KeycloakServerOptions {
  /** The folder it was unpacked to. */
  readonly home: string;
  /** The folder of its Java. */
  readonly javaHome: string;
  /** Its TLS certificate. */
  readonly tls: CertificatePair;
  /** PEM of the authority whose client certificates it believes. */
  readonly ca: string;
}

function startOptions(origin: string, folder: string): readonly string[] {
  return [
    "--db=dev-mem",
    "--import-realm",
    "--features=token-exchange-delegation,parameterized-scopes",
    `--hostname=${origin}`,
    "--http-enabled=false",
    `--https-port=${new URL(origin).port}`,
    `--https-certificate-file=${join(folder, "tls.pem")}`,
    `--https-certificate-key-file=${join(folder, "key.pem")}`,
    // Asked for, not demanded: some clients have none.
    "--https-client-auth=request",
    `--https-trust-store-file=${join(folder, "ca.pem")}`,
  ];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "localhost", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
