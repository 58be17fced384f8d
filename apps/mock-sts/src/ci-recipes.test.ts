import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

let folder: string;
const groups: number[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mock-sts-"));
  const command = join(import.meta.dirname, "cli/cli.ts");
  const node = `exec ${process.execPath} --conditions=@agent-oauth/source`;
  // The command of the sources in place of the installed one.
  await writeProgram("npx", `[ "$1" = mock-sts ] && shift && ${node} ${command} "$@"`);
  await writeProgram("npm", `${node} -e '${PROGRAM}'`);
});
afterEach(async () => {
  for (const group of groups.splice(0)) endGroup(group);
  await rm(folder, { recursive: true });
});

/** The tests of a project: a program that has only the environment. */
const PROGRAM = `fetch(process.env.STS_WELL_KNOWN_URI)
  .then((response) => response.json())
  .then(({ issuer }) => console.log(issuer));`;

async function writeProgram(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** Runs a script as a CI server does: without a terminal, and until its first failure. */
async function runScript(script: string): Promise<string> {
  const file = join(folder, "script.sh");
  await writeFile(file, script);
  const child = spawn("bash", ["-e", file], {
    cwd: folder,
    env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  if (child.pid !== undefined) groups.push(child.pid);
  return text(child.stdout);
}

function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

async function recipes(): Promise<{ github: GitHub; gitlab: GitLab }> {
  const guide = await readFile(join(import.meta.dirname, "../docs/testing.md"), "utf8");
  const [github, gitlab] = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = ""]) =>
    parse(block),
  );
  return { github, gitlab };
}

interface GitHub {
  readonly jobs: { readonly test: { readonly steps: readonly { name?: string; run?: string }[] } };
}

interface GitLab {
  readonly test: { readonly script: readonly string[] };
}

const ISSUER = /^https:\/\/localhost:\d+\/sts\n$/;

describe("the CI recipes of docs/testing.md", () => {
  it("start the mock in one step of GitHub Actions, and find it in the next", async () => {
    const { steps } = (await recipes()).github.jobs.test;
    const scriptOf = (name: string) => steps.find((step) => step.name === name)?.run ?? "exit 1";
    expect(await runScript(scriptOf("Start the mock"))).toBe("");
    expect(await runScript(scriptOf("Test"))).toMatch(ISSUER);
  });

  it("start the mock in the script of a GitLab job, and find it there", async () => {
    const [install, ...script] = (await recipes()).gitlab.test.script;
    expect(install).toBe("npm ci");
    expect(await runScript(script.join("\n"))).toMatch(ISSUER);
  });
});
