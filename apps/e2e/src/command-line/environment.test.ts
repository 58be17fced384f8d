import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../walls/repository.ts";

const run = promisify(execFile);
const NODE = [process.execPath, "--conditions=@agent-oauth/source"] as const;
const COMMAND = join(root, "apps/mock-sts/src/cli/cli.ts");
const PROGRAM = fileURLToPath(new URL("./agent-program.ts", import.meta.url));
/** Neither the mock nor the agent knows anything of this process's environment. */
const BARE = { PATH: process.env.PATH ?? "" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-line-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts the mock, runs the agent with the environment that it prints, and returns what the agent found. */
async function runAgent(options: string, user: string) {
  const ports = ["--port", "0", "--gateway-port", "0"];
  const args = [...ports, "--write-binding", folder, "--user", user, ...options.split(" ")];
  const mock = spawn(NODE[0], [NODE[1], COMMAND, ...args], { env: BARE, stdio: "pipe" });
  try {
    await once(createInterface({ input: mock.stdout }), "line");
    const [, tenant = ""] = user.split("@");
    const script = 'eval "$("$0" "$1" "$2" --print-env "$3")"; exec "$0" "$1" "$4" "$5" "$6"';
    const file = join(folder, `${user}.jwt`);
    const line = ["-c", script, ...NODE, COMMAND, folder, PROGRAM, file, tenant];
    const { stdout } = await run("sh", line, { env: BARE });
    return JSON.parse(stdout) as { callers: readonly string[]; failures: number };
  } finally {
    mock.kill();
  }
}

describe("an agent that has only the environment that mock-sts prints", () => {
  it.each([
    ["--flow customer", "alice", 3],
    ["--flow transparent", "alice", 3],
    ["--flow lob", "bob@tenant-a", 2],
    ["--flow sts --public-client", "alice", 2],
    ["--preset kagent-sts", "alice", 3],
  ])("with %s calls a tool of each server as %s", async (options, user, servers) => {
    const [name = ""] = user.split("@");
    const callers = Array.from({ length: servers }, () => name);
    expect(await runAgent(options, user)).toEqual({ callers, failures: 0 });
  });
});
