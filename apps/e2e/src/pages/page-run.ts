// Plays a page of the documentation as its reader would, with the packages of this workspace.
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type DocumentBlock, documentBlocks } from "../documents/document-blocks.ts";
import { isPrinted } from "../documents/printed-text.ts";
import { type BackgroundCommand, run, runInBackground } from "../processes/command.ts";
import { root } from "../walls/repository.ts";

const node = [process.execPath, "--conditions=@agent-oauth/source"] as const;
const mockSts = join(root, "apps/mock-sts/src/cli/cli.ts");

/** Commands that the packages of the workspace make needless, or that only move the reader. */
const SKIPPED = /^(?:npm |mkdir |cd |#)/;

/** What the reader has done so far. */
interface Reader {
  readonly folder: string;
  readonly background: BackgroundCommand[];
  environment: Readonly<Record<string, string>>;
  printed: string;
}

/**
 * Does what the blocks of a page say: writes the files that are named behind `ts`, starts what is marked `background`,
 * runs the commands, and compares what they print with the `text` that follows. Ends all that it started.
 *
 * @throws Error if a command fails, is not known, or prints something else
 */
export async function runPage(name: string, markdown: string): Promise<void> {
  // Inside this package, so that imports resolve to its dependencies.
  const folder = join(root, "apps/e2e/reports/pages", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const reader: Reader = { folder, background: [], environment: {}, printed: "" };
  try {
    const blocks = documentBlocks(await withFreePorts(markdown));
    for (const block of blocks) await play(block, reader);
  } finally {
    await Promise.all(reader.background.map((command) => command.stop()));
  }
}

/** A page may fix a port for its reader; here something else may listen on it. */
async function withFreePorts(markdown: string): Promise<string> {
  let text = markdown;
  for (const [, port = ""] of markdown.matchAll(/-port (\d{2,5})\b/g)) {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const free = (server.address() as AddressInfo).port;
    server.close();
    await once(server, "close");
    text = text.replaceAll(new RegExp(`(-port |localhost:)${port}\\b`, "g"), `$1${free}`);
  }
  return text;
}

async function play({ language, label, text }: DocumentBlock, reader: Reader): Promise<void> {
  if (language === "ts" && label !== undefined) writeFileSync(join(reader.folder, label), text);
  if (language === "text" && !isPrinted(text, reader.printed)) {
    throw new Error(`Cannot find in the page what was printed:\n${reader.printed}`);
  }
  if (language !== "sh") return;
  reader.printed = "";
  const lines = text.replaceAll("\\\n", " ").split("\n");
  for (const line of lines.filter((it) => it !== "" && !SKIPPED.test(it))) {
    if (label === "background") await startMock(line, reader);
    else await runLine(line, reader);
  }
}

async function startMock(line: string, { folder, background }: Reader): Promise<void> {
  const [, args = ""] = /^npx @agent-oauth\/mock-sts (.*)$/.exec(line) ?? [];
  const command = [...node, mockSts, ...args.split(/\s+/)] as const;
  background.push(await runInBackground(command, { folder, ready: "mock-sts is ready" }));
}

async function runLine(line: string, reader: Reader): Promise<void> {
  const { folder, environment } = reader;
  const [, bindings] =
    /^eval "\$\(npx @agent-oauth\/mock-sts --print-env (\S+)\)"$/.exec(line) ?? [];
  const [, file] = /^node (\S+\.ts)$/.exec(line) ?? [];
  if (bindings !== undefined) {
    const printed = await run([...node, mockSts, "--print-env", bindings], { folder });
    const entries = printed.matchAll(/^export (\w+)='(.*)'$/gm);
    reader.environment = Object.fromEntries(Array.from(entries, ([, key, value]) => [key, value]));
  } else if (file !== undefined) {
    reader.printed += await run([...node, file], { folder, environment });
  } else throw new Error(`Cannot play a page: no reader of it knows the command ${line}`);
}
