import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ENVIRONMENT_FILE } from "./agent-binding.ts";
import { replaceOwnFiles } from "./binding-files.ts";
import { type EnvironmentFormat, formatEnvironment } from "./environment-format.ts";
import { readShellExports } from "./shell-exports.ts";
import { extendedTrustFiles, type TrustVariables } from "./trust-files.ts";

/**
 * Returns the environment of an agent in one of the forms. This shell may trust other authorities
 * than the one that started the mock: they are added to the files first.
 *
 * @throws Error naming the folder if no mock wrote into it, or a variable that the form cannot hold.
 */
export async function printedEnvironment(
  folder: string,
  { format = "sh", variables }: PrintOptions,
): Promise<string> {
  const exports = await readExports(folder);
  const printed = format === "sh" ? exports : formatEnvironment(readShellExports(exports), format);
  const files = await extendedTrustFiles(folder, variables);
  if (files !== undefined) await replaceOwnFiles(folder, files);
  return printed;
}

/** How an environment is printed. */
export interface PrintOptions {
  /** Default: commands of a POSIX shell. */
  readonly format?: EnvironmentFormat;
  /** The variables of this shell that name trusted certificates. */
  readonly variables: TrustVariables;
}

async function readExports(folder: string): Promise<string> {
  const file = join(folder, ENVIRONMENT_FILE);
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new Error(`Cannot read ${file}: start mock-sts with --write-binding ${folder} first`);
  }
}
