import { fstatSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { isatty } from "node:tty";
import type { Starter } from "./until-abandoned.ts";

const STANDARD_INPUT = 0;

/** Variables in which npm says what it has started. */
export type NpmVariables = Readonly<
  Partial<Record<"npm_lifecycle_event" | "npm_lifecycle_script", string>>
>;

/** Looks up who has started this process, and what its standard input is. */
export function findStarter(process: NodeJS.Process, npm: NpmVariables): Starter {
  const parent = process.ppid;
  const shell = isShellCommand(parent) ? parent : undefined;
  const starter = (shell && parentOf(shell)) ?? parent;
  return {
    pipe: isPipe(STANDARD_INPUT) ? unreferenced(process.stdin) : undefined,
    isTerminal: isatty(STANDARD_INPUT),
    isWaiting: isNpxOf(npm),
    // An orphan gets another parent; on Windows it keeps the number of the one that has ended.
    isGone: () => process.ppid !== parent || !isAlive(starter),
  };
}

/** Programs that npx starts have its variables too: the command that it runs must be the mock's. */
function isNpxOf({ npm_lifecycle_event, npm_lifecycle_script = "" }: NpmVariables): boolean {
  return npm_lifecycle_event === "npx" && /^'?mock-sts'?( |$)/.test(npm_lifecycle_script);
}

/** A pipe that waits for input must not keep an ended mock from leaving. */
function unreferenced(input: NodeJS.Process["stdin"]) {
  input.unref();
  return input;
}

function isPipe(descriptor: number): boolean {
  try {
    const facts = fstatSync(descriptor);
    return facts.isFIFO() || facts.isSocket();
  } catch {
    return false;
  }
}

/**
 * Tells whether a process is `sh -c …`, through which npm and others start a command: it lives on
 * when they are killed. Without `/proc` the answer is no.
 */
function isShellCommand(id: number): boolean {
  const [program = "", option] = readProcess(id, "cmdline")?.split("\0") ?? [];
  return /^(?:ba|da|a)?sh$/.test(basename(program)) && option === "-c";
}

function parentOf(id: number): number | undefined {
  // The name of the program, in parentheses, may contain anything.
  const [, parent] = /^.*\) \S (\d+) /s.exec(readProcess(id, "stat") ?? "") ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function readProcess(id: number, file: "cmdline" | "stat"): string | undefined {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
