// Runs each package's tests on other Node versions: `pnpm test:matrix [22 26 24.21.0 …]`.
// The versions come from the npm registry, as the repository's own Node does.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["22", "24", "26"];
const failed = [];

const run = (command, args, options) =>
  spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32", ...options });

for (const version of wanted) {
  // One folder a version, outside the workspace: `node` in it is that version and no other.
  const dir = join(root, ".cache/node", version);
  const bin = join(dir, "node_modules/.bin");
  if (!existsSync(join(bin, "node"))) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "package.json"), "{}\n");
    run("npm", ["install", "--no-save", "--no-package-lock", `node@${version}`], { cwd: dir });
  }
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    AT_NODE: version,
  };
  for (const name of readdirSync(join(root, "packages"))) {
    const cwd = join(root, "packages", name);
    const { scripts } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
    if (scripts?.test === undefined) continue;
    const vitest = join(cwd, "node_modules/vitest/vitest.mjs");
    console.log(`\n# ${name} on node ${version}`);
    const args = [vitest, "run", "--reporter=default"];
    if (run(join(bin, "node"), args, { cwd, env }).status !== 0) failed.push(`${name}@${version}`);
  }
}

console.log(failed.length === 0 ? `\nAll pass on ${wanted.join(", ")}` : `\nFailed: ${failed}`);
process.exitCode = failed.length === 0 ? 0 : 1;
