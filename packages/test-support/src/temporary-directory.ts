import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "agent-oauth-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes files by relative path, with the directories they need. */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Puts a file in another's place in one step. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/**
 * Projects files into a directory as Kubernetes does: each is a link through `..data`, which is swapped for the next
 * generation in one step.
 */
export function projectFiles(
  directory: string,
  { generation, files }: { generation: string; files: Readonly<Record<string, string>> },
): void {
  writeFiles(join(directory, `..${generation}`), files);
  symlinkSync(`..${generation}`, join(directory, "..data_tmp"));
  renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
  for (const name of Object.keys(files)) {
    rmSync(join(directory, name), { force: true });
    symlinkSync(join("..data", name), join(directory, name));
  }
}
