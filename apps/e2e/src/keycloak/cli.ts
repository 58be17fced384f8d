// Runs the tests that need a Keycloak; with `--check`, only tells whether there is a Java to run it.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { findJava, OLDEST_JAVA } from "./java.ts";

const javaHome = findJava(process.env.JAVA_HOME);

if (javaHome === undefined) {
  console.error(
    `Keycloak needs Java ${OLDEST_JAVA} or newer: install openjdk-${OLDEST_JAVA}-jre-headless (Debian 13, Ubuntu), or where ` +
      "there is no such package (Debian 12) Eclipse Temurin, and let JAVA_HOME name it. Nothing was tested.",
  );
}
if (!process.argv.includes("--check")) process.exitCode = test(javaHome);
else if (javaHome === undefined) process.exitCode = 1;

/** Without a Java only CI fails, where one is to be installed. */
function test(javaHome: string | undefined): number {
  const app = resolve(import.meta.dirname, "../..");
  // What an earlier run left is not this run's.
  rmSync(join(app, "reports/keycloak.json"), { force: true });
  if (javaHome === undefined) return process.env.CI ? 1 : 0;
  const { status } = spawnSync("vitest", ["run", "--config", "vitest.keycloak.config.ts"], {
    cwd: app,
    env: { ...process.env, JAVA_HOME: javaHome },
    stdio: "inherit",
  });
  return status ?? 1;
}
