import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** Runs a command to its end without input; returns what it printed, and throws that if it fails. */
export async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  // The test runner's mode is not the mode of what is under test.
  const env = { ...process.env, NODE_ENV: "", DO_NOT_TRACK: "1", NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const [[code], out, errors] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    throw new Error(`Cannot run ${command} ${args.join(" ")}: exit code ${code}\n${out}${errors}`);
  }
  return out;
}

/** Runs pnpm as the README does. */
export function pnpm(folder: string, ...args: string[]): Promise<string> {
  return run(folder, "npx", "-y", "pnpm@12", ...args);
}
