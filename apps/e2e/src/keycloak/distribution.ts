import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../processes/command.ts";
import { root } from "../walls/repository.ts";

/** The release that is tested against. */
export const KEYCLOAK_VERSION = "26.7.5";

const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK_VERSION}:zip`;
const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack";

/**
 * Returns the folder of Keycloak, which Maven fetches and unpacks the first time.
 *
 * @throws Error that says what to install, or what Maven printed.
 */
export async function installKeycloak(): Promise<string> {
  const cache = join(root, ".cache/keycloak");
  const name = `keycloak-${KEYCLOAK_VERSION}`;
  const home = join(cache, name);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  // What was broken off halfway must not look like an installation.
  const partial = mkdtempSync(join(cache, "partial-"));
  try {
    const options = ["--batch-mode", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${partial}`];
    // The plugin leaves its marks in the folder where it runs.
    await run(["mvn", UNPACK, ...options], { folder: partial }).catch(explain);
    renameSync(join(partial, name), home);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return home;
}

function explain(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    throw new Error("Cannot fetch Keycloak: install Maven (Debian: maven)", { cause: error });
  }
  throw error;
}
