import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** A command that hangs must not outlive the test: npx keeps others waiting for its lock. Milliseconds. */
const timeout = 280_000;

/** A command's name and its arguments. */
export type CommandLine = readonly [command: string, ...args: string[]];

/** Where a command runs. */
export interface CommandOptions {
  readonly folder: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the command when it is aborted. */
  readonly signal?: AbortSignal;
}

/** A command that runs until it is told to end. */
export interface BackgroundCommand {
  /** Ends it in an orderly way and returns what it printed to its standard output. */
  stop(): Promise<string>;
}

/** Runs a command to its end without input; returns what it printed, and throws that if it fails. */
export async function run(commandLine: CommandLine, options: CommandOptions): Promise<string> {
  const child = start(commandLine, options);
  const [[code], output, errors] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    throw new Error(`Cannot run ${commandLine.join(" ")}: exit code ${code}\n${output}${errors}`);
  }
  return output;
}

/** Runs pnpm as the README does. */
export function pnpm(args: readonly string[], options: CommandOptions): Promise<string> {
  return run(["npx", "-y", "pnpm@12", ...args], options);
}

/** Starts a command and returns once it has printed `ready`; throws what it printed if it ends before. */
export async function runInBackground(
  commandLine: CommandLine,
  { ready, ...options }: CommandOptions & { readonly ready: string },
): Promise<BackgroundCommand> {
  const child = start(commandLine, options);
  const ended = once(child, "close");
  let [printed, output] = ["", ""];
  const isReady = new Promise<void>((resolve) => {
    const read = (chunk: string): void => {
      printed += chunk;
      if (printed.includes(ready)) resolve();
    };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      read(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", read);
  });
  await Promise.race([isReady, ended]);
  if (!printed.includes(ready)) throw new Error(`Cannot start ${commandLine[0]}: ${printed}`);
  const stop = async (): Promise<string> => {
    child.kill("SIGTERM");
    await ended;
    return output;
  };
  return { stop };
}

function start(
  [command, ...args]: CommandLine,
  { folder, environment, signal }: CommandOptions,
): ChildProcessByStdio<null, Readable, Readable> {
  // The test runner's mode is not the mode of what it starts.
  const quiet = { NODE_ENV: "", DO_NOT_TRACK: "1", NO_COLOR: "1", FORCE_COLOR: "0" };
  const env = { ...process.env, ...quiet, ...environment };
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  return spawn(command, args, { cwd: folder, env, timeout, stdio, ...(signal && { signal }) });
}
