// Runs the tests of the dashboard in Chromium. `--check` only tells whether there is one, `--picture` also makes
// the picture of the README anew.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromiumPath } from "./dashboard-environment.ts";

const hasChromium = chromiumPath() !== undefined;

if (!hasChromium) {
  console.error(
    "The dashboard is tested in Chromium: install it (Debian: chromium), or let CHROMIUM name its executable. " +
      "Nothing was tested.",
  );
}
if (!process.argv.includes("--check")) process.exitCode = test();
else if (!hasChromium) process.exitCode = 1;

/** Without a Chromium only CI fails, where one is to be installed. */
function test(): number {
  const app = resolve(import.meta.dirname, "../..");
  // What an earlier run left is not this run's.
  rmSync(join(app, "reports/dashboard.json"), { force: true });
  if (!hasChromium) return process.env.CI ? 1 : 0;
  const picture = process.argv.includes("--picture") && { DASHBOARD_PICTURE: "1" };
  const { status } = spawnSync("vitest", ["run", "--config", "vitest.dashboard.config.ts"], {
    cwd: app,
    env: { ...process.env, ...picture },
    stdio: "inherit",
  });
  return status ?? 1;
}
