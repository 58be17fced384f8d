import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "./file-error.ts";

/**
 * Lists the names of the files, or of the directories, in a directory. Links are followed, and names sorted by code unit, so
 * that every machine yields the same list. Hidden names are left out: Kubernetes uses them. A directory that does not exist
 * is empty.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if the directory cannot be read.
 */
export async function visibleNames(
  directory: string,
  kind: "directory" | "file",
): Promise<string[]> {
  const listed = await list(directory);
  const names = await Promise.all(
    listed
      .filter(({ name }) => !name.startsWith("."))
      .map(async (entry) => ((await isOfKind(directory, entry, kind)) ? entry.name : undefined)),
  );
  return names.filter((name) => name !== undefined).sort();
}

async function list(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError(directory, error);
  }
}

async function isOfKind(directory: string, entry: Dirent, kind: "directory" | "file") {
  if (!entry.isSymbolicLink()) return kind === "file" ? entry.isFile() : entry.isDirectory();
  const target = await stat(join(directory, entry.name)).catch(() => undefined);
  return kind === "file" ? target?.isFile() === true : target?.isDirectory() === true;
}
