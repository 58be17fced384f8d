import { writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { configExample } from "../config/config-example.ts";
import { CONFIG_FILE_NAMES } from "../config/config-file.ts";
import type { InitCommand } from "./cli-arguments.ts";
import type { CliEnvironment } from "./cli-environment.ts";

/**
 * Writes a commented configuration file.
 *
 * @throws Error naming a file that exists already, or cannot be written.
 */
export async function initConfig(
  { file, force, preset }: InitCommand,
  { folder, print }: Pick<CliEnvironment, "folder" | "print">,
): Promise<void> {
  const path = isAbsolute(file) ? file : join(folder, file);
  try {
    await writeFile(path, configExample({ preset }), { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    throw new Error(`Cannot write ${file}: ${REASONS[code] ?? code}`);
  }
  const isFound = CONFIG_FILE_NAMES.some((name) => name === file);
  print(`Wrote ${file}. Start the mock with: mock-sts${isFound ? "" : ` --config ${file}`}\n`);
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "it exists already; --force replaces it",
  ENOENT: "the folder does not exist",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};
