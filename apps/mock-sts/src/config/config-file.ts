import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "./config-error.ts";

/** Names of configuration files that are found by default; the first one that exists wins. */
export const CONFIG_FILE_NAMES = ["mock-sts.yaml", "mock-sts.yml", "mock-sts.json"] as const;

/** Largest file that is read, in bytes. */
const MAX_BYTES = 1_048_576;

/** Finds the configuration file of a folder, `undefined` if there is none. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  for (const name of CONFIG_FILE_NAMES) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
  }
  return undefined;
}

/**
 * Reads the text of a configuration file; `name` is what an error calls it.
 *
 * @throws ConfigError saying why it cannot be read.
 */
export async function readConfigText(file: string, name = file): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new ConfigError(name, [`it is larger than ${MAX_BYTES} bytes`]);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(name, [
      REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? "it cannot be read",
    ]);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "the file does not exist",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
};
