import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BackgroundCommand, run, runInBackground } from "../processes/command.ts";
import type { DocumentStep } from "./document-steps.ts";
import { isPrinted } from "./printed-text.ts";

/** Does what a document says, step by step; throws the line of the first step that fails, and what was printed. */
export async function runDocument(
  steps: readonly DocumentStep[],
  options: DocumentRunOptions,
): Promise<void> {
  const background: BackgroundCommand[] = [];
  let { folder } = options;
  try {
    for (const step of steps) {
      const here = { ...options, folder };
      if (step.kind === "file") writeFileSync(join(folder, step.name), step.text);
      else if (step.kind === "background") {
        background.push(await runInBackground(shell(step.text), { ...here, ready: "ready" }));
      } else folder = await runCommand(step, here);
    }
  } finally {
    for (const command of background) await command.stop();
  }
}

/** Where a reader follows a document. */
export interface DocumentRunOptions {
  readonly folder: string;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Returns the folder in which the command leaves its shell, and so the reader. */
async function runCommand(
  { text, line, printed }: DocumentStep & { readonly kind: "command" },
  options: DocumentRunOptions,
): Promise<string> {
  const followed = `${text}\nprintf '\\n%s' "$PWD"`;
  const all = await run(shell(followed), options).catch((error: unknown) => {
    throw new Error(`Cannot run the block of line ${line}`, { cause: error });
  });
  const end = all.lastIndexOf("\n");
  const output = all.slice(0, end);
  if (printed !== undefined && !isPrinted(printed, output)) {
    throw new Error(`Cannot find what line ${line} promises:\n${printed}\nIt printed:\n${output}`);
  }
  return all.slice(end + 1);
}

function shell(text: string): readonly ["sh", "-eu", "-c", string] {
  return ["sh", "-eu", "-c", text];
}
