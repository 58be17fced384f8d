import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../agent.test-support.ts";

/** The editions of the tool: the one that is out, and the one that is to come. */
const EDITIONS = {
  released: "@modelcontextprotocol/conformance",
  preview: "conformance-preview",
} as const;

/**
 * The tool is a dependency of the workspace as a whole. In this app's own, what it brings along would have the app use
 * another copy of ADK than `packages/adk` does.
 */
const MODULES = resolve(import.meta.dirname, "../../../../node_modules");

/** One thing that the tool looked at. What is only noted for the reader is `INFO`. */
export interface Check {
  readonly id: string;
  readonly status: string;
}

/** What the tool found out about a client. */
export interface Verdict {
  readonly exitCode: number;
  /** What the tool itself said. */
  readonly report: string;
  readonly checks: readonly Check[];
  /** What the client printed. */
  readonly client: { readonly stdout: string; readonly stderr: string };
}

/** The client that is judged, in words of a command line. */
export const ourClient = [
  "--conditions=@agent-oauth/source",
  // What older versions of Node say of running TypeScript.
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("client-program.ts", import.meta.url)),
];

/** How long the tool waits for a client, in milliseconds: longer than any needs on a busy machine. */
const PATIENCE = 100_000;

/** Has a client, run by Node, judged in one scenario. */
export async function judge(
  edition: keyof typeof EDITIONS,
  { scenario, client }: { readonly scenario: string; readonly client: readonly string[] },
): Promise<Verdict> {
  const folder = await temporaryDirectory();
  // The tool hands the command to a shell.
  const command = [process.execPath, ...client].map((word) => `"${word}"`).join(" ");
  const options = { "output-dir": folder, timeout: String(PATIENCE), scenario, command };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const tool = join(MODULES, EDITIONS[edition], "dist/index.js");
  const child = spawn(process.execPath, [tool, "client", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [[exitCode], report] = await Promise.all([once(child, "close"), text(child.stderr)]);
  const result = await onlyFolder(join(folder, dirname(scenario)));
  const read = (file: string) => readFile(join(result, file), "utf8");
  return {
    exitCode,
    report,
    checks: JSON.parse(await read("checks.json")) as readonly Check[],
    client: { stdout: await read("stdout.txt"), stderr: await read("stderr.txt") },
  };
}

async function onlyFolder(parent: string): Promise<string> {
  const [name, ...others] = await readdir(parent);
  if (name === undefined || others.length > 0) throw new Error(`No single result in ${parent}`);
  return join(parent, name);
}
