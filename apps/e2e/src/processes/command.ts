import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
  const { child, ended } = start(commandLine, options, "ignore");
  const [code, output, errors] = await Promise.all([
    ended,
    child.stdout ? text(child.stdout) : "",
    child.stderr ? text(child.stderr) : "",
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
  // Its input stays open, as on a terminal.
  const { child, ended, clearLimit } = start(commandLine, options, "pipe");
  let [printed, output] = ["", ""];
  const isReady = new Promise<void>((resolve) => {
    const read = (chunk: string): void => {
      printed += chunk;
      if (printed.includes(ready)) resolve();
    };
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      read(chunk);
    });
    child.stderr?.setEncoding("utf8").on("data", read);
  });
  await Promise.race([isReady, ended]);
  clearLimit();
  options.signal?.throwIfAborted();
  if (!printed.includes(ready)) {
    throw new Error(`Cannot start ${commandLine.join(" ")}: ${printed}`);
  }
  const stop = async (): Promise<string> => {
    endGroup(child, "SIGTERM");
    await ended;
    return output;
  };
  return { stop };
}

interface StartedCommand {
  readonly child: ChildProcess;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** Lets it run for as long as it likes. */
  clearLimit(): void;
}

/** Starts a command with a process group of its own, so that what it starts ends with it: npx hands on no signal. */
function start(
  [command, ...args]: CommandLine,
  { folder, environment, signal }: CommandOptions,
  input: "ignore" | "pipe",
): StartedCommand {
  // The test runner's mode is not the mode of what it starts.
  const quiet = { NODE_ENV: "", DO_NOT_TRACK: "1", NO_COLOR: "1", FORCE_COLOR: "0" };
  const env = { ...process.env, ...quiet, ...environment };
  const stdio: ["ignore" | "pipe", "pipe", "pipe"] = [input, "pipe", "pipe"];
  const child = spawn(command, args, { cwd: folder, env, stdio, detached: true });
  const kill = (): void => endGroup(child, "SIGKILL");
  // Who hands in a signal has a limit of its own.
  const limit = signal === undefined ? setTimeout(kill, timeout) : undefined;
  const clearLimit = (): void => clearTimeout(limit);
  process.once("exit", kill);
  signal?.addEventListener("abort", kill, { once: true });
  // Waited for from the start: an event that has been is not told again.
  const ended = once(child, "close").then(([code]): number | null => code);
  const cleanUp = (): void => {
    clearLimit();
    process.off("exit", kill);
    signal?.removeEventListener("abort", kill);
  };
  ended.then(cleanUp, cleanUp);
  if (signal?.aborted === true) kill();
  return { child, ended, clearLimit };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
