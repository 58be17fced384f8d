import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const MOCK = [
  process.execPath,
  "--conditions=@agent-oauth/source",
  fileURLToPath(new URL("./cli.ts", import.meta.url)),
  "--port",
  "0",
  "--gateway-port",
  "0",
];

/** Runs a command line, as a program does that starts the mock, and waits for it. */
const STARTER = `
  const [stdin, ...command] = process.argv.slice(1);
  require("node:child_process").spawn(command[0], command.slice(1), {
    stdio: [stdin, "inherit", "inherit"],
  });`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of started.splice(0)) endGroup(pid);
});

function endGroup(id: number | undefined): void {
  try {
    if (id !== undefined) process.kill(-id, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

interface Start {
  /** The standard input of the command. */
  readonly stdin?: "pipe" | "ignore";
  readonly command?: readonly string[];
  readonly npm?: Readonly<Record<string, string>>;
}

/** Starts the mock through a starter; resolves when it is ready. */
async function startThrough({ stdin = "pipe", command = MOCK, npm = {} }: Start) {
  const starter = spawn(process.execPath, ["-e", STARTER, stdin, ...command], {
    env: { PATH: process.env.PATH, ...npm },
    stdio: ["ignore", "pipe", "ignore"],
    // A group of its own: what is left of it is ended by its id.
    detached: true,
  });
  started.push(starter);
  const lines = createInterface(starter.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value } = await lines.next();
    return value === undefined ? undefined : (JSON.parse(value) as { event: string; url: string });
  };
  return { starter, ready: await next(), next };
}

/** As npm starts a command: a shell that waits for it. */
const IN_SHELL = ["sh", "-c", '"$@"; true', "sh", ...MOCK];

const NPX = { npm_lifecycle_event: "npx", npm_lifecycle_script: "'mock-sts'" };

describe("the mock, whose starter is killed", () => {
  it.each<[string, Start]>([
    ["with a pipe", {}],
    ["under npx, in the background", { stdin: "ignore", command: IN_SHELL, npm: NPX }],
  ])("%s ends in order", async (_, how) => {
    const { starter, ready, next } = await startThrough(how);
    expect(ready).toMatchObject({ event: "ready" });
    starter.kill("SIGKILL");
    expect(await next()).toMatchObject({ event: "stopping" });
    // The output ends with the last process that has it.
    expect(await next()).toBeUndefined();
  });
});

describe("findStarter", () => {
  it.each([
    ["pipe", {}, { hasPipe: true, isWaiting: false }],
    ["ignore", {}, { hasPipe: false, isWaiting: false }],
    ["ignore", NPX, { hasPipe: false, isWaiting: true }],
    [
      "ignore",
      { ...NPX, npm_lifecycle_script: "mock-sts --http" },
      { hasPipe: false, isWaiting: true },
    ],
    [
      "ignore",
      { ...NPX, npm_lifecycle_script: "'vitest' mock-sts" },
      { hasPipe: false, isWaiting: false },
    ],
    ["ignore", { ...NPX, npm_lifecycle_event: "test" }, { hasPipe: false, isWaiting: false }],
  ] as const)("with standard input %s and %j finds %j", async (stdin, npm, expected) => {
    const child = spawn(
      process.execPath,
      [...MOCK.slice(1, 2), "--input-type=module", "-e", FACTS],
      {
        env: { PATH: process.env.PATH, ...npm },
        stdio: [stdin, "pipe", "inherit"],
      },
    );
    const facts = JSON.parse(await text(child.stdout as Readable));
    expect(facts).toEqual({ ...expected, isTerminal: false, isGone: false });
  });
});

const FACTS = `
  import { findStarter } from ${JSON.stringify(new URL("./starter-process.ts", import.meta.url).href)};
  const { pipe, isGone, ...facts } = findStarter(process, process.env);
  console.log(JSON.stringify({ ...facts, hasPipe: pipe !== undefined, isGone: isGone() }));`;
