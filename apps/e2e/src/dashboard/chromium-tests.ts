import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromiumPath } from "./dashboard-environment.ts";

/** Tests that need a Chromium. */
export interface ChromiumTests {
  /** The name of their configuration and of their report. */
  readonly name: string;
  /** What they test. */
  readonly subject: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Whether there is a Chromium; says on the error output what to do if there is none. */
export function hasChromium(subject: string): boolean {
  if (chromiumPath() !== undefined) return true;
  console.error(
    `The ${subject} is tested in Chromium: install it (Debian: chromium), or let CHROMIUM name its executable. ` +
      "Nothing was tested.",
  );
  return false;
}

/** Runs the tests and returns the exit code. Without a Chromium only CI fails, where one is to be installed. */
export function runChromiumTests({ name, subject, environment }: ChromiumTests): number {
  const app = resolve(import.meta.dirname, "../..");
  // What an earlier run left is not this run's.
  rmSync(join(app, `reports/${name}.json`), { force: true });
  if (!hasChromium(subject)) return process.env.CI ? 1 : 0;
  const { status } = spawnSync("vitest", ["run", "--config", `vitest.${name}.config.ts`], {
    cwd: app,
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  return status ?? 1;
}
