// Runs the agents made with other frameworks and writes a line for each, see USAGE.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { examples } from "./examples.ts";

const USAGE = `Usage: pnpm examples [NAME…]

Runs agents made with other frameworks, all of them or those named, for two users against a mock server: tokens are
revoked, sessions forgotten, and then the users take turns 1,000 times. A line for each says how it went.

${Object.keys(examples)
  .map((name) => `  ${name}`)
  .join("\n")}
`;
const AT_ONCE = 2;
/** An example takes ten seconds; a machine that is busy with other things is no failure. */
const TIMEOUT_MS = 600_000;

/** Plays an example in a process of its own, writes its line, and tells whether it is all right. */
async function run(name: string): Promise<boolean> {
  const script = join(import.meta.dirname, "play-example.ts");
  const child = spawn(process.execPath, [...process.execArgv, script, name], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [code, out, problems] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  const line =
    out.split("\n").find((written) => written.startsWith(name)) ?? `${name} had no result`;
  const isOk = code === 0;
  process.stdout.write(`${isOk ? "ok" : "failed"} ${line}\n`);
  if (!isOk) process.stderr.write(problems);
  return isOk;
}

async function runAll(names: readonly string[]): Promise<boolean> {
  const left = [...names];
  const results: boolean[] = [];
  const worker = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      results.push(await run(name));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results.every(Boolean);
}

function fail(reason: string): void {
  process.stderr.write(`Cannot run the examples: ${reason}\n\n${USAGE}`);
  process.exitCode = 2;
}

try {
  const options = { help: { type: "boolean", short: "h" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const unknown = positionals.find((name) => !Object.hasOwn(examples, name));
  if (values.help) process.stdout.write(USAGE);
  else if (unknown !== undefined) fail(`there is none called ${JSON.stringify(unknown)}`);
  else if (!(await runAll(positionals.length > 0 ? positionals : Object.keys(examples)))) {
    process.exitCode = 1;
  }
} catch (error) {
  fail((error as Error).message);
}
