import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ENVIRONMENT_FILE } from "./agent-binding.ts";
import { replaceOwnFiles } from "./binding-files.ts";
import { extendedTrustFiles, type TrustVariables } from "./trust-files.ts";

/**
 * Returns the environment of an agent as shell commands. This shell may trust other authorities than
 * the one that started the mock: they are added to the files first.
 *
 * @throws Error naming the folder if no mock wrote into it.
 */
export async function agentExports(folder: string, variables: TrustVariables): Promise<string> {
  const exports = await readExports(folder);
  const files = await extendedTrustFiles(folder, variables);
  if (files !== undefined) await replaceOwnFiles(folder, files);
  return exports;
}

async function readExports(folder: string): Promise<string> {
  const file = join(folder, ENVIRONMENT_FILE);
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new Error(`Cannot read ${file}: start mock-sts with --write-binding ${folder} first`);
  }
}
