import { join } from "node:path";
import { textOption } from "@agent-oauth/core/internal";
import { readTextFile } from "./text-file.ts";
import { visibleNames } from "./visible-names.ts";

/**
 * Reads a directory of mounted secrets: each file is one value, by the file's name. Trailing newlines are dropped; hidden
 * files and directories are left out.
 *
 * @returns `undefined` if the directory does not exist, or has no files.
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the directory or file that cannot be read.
 * @throws TypeError if `directory` is blank or not a string.
 */
export async function readSecretDirectory(
  directory: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  textOption(directory, { option: "directory", doing: "read a directory of secrets" });
  const names = await visibleNames(directory, "file");
  if (names.length === 0) return undefined;
  const values = names.map(async (name) => [name, await readSecretText(join(directory, name))]);
  return Object.fromEntries(await Promise.all(values));
}

/** Reads one mounted value, without the newlines that its writer may have appended. */
export async function readSecretText(path: string): Promise<string> {
  const { text } = await readTextFile(path);
  return text.replace(/[\r\n]+$/, "");
}
