import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { digest } from "../../oauth/fingerprint.ts";

/** Name of the list of the files that the mock wrote, with the SHA-256 of each. */
export const LIST_FILE = ".mock-sts.json";

/** Files that the mock wrote and nobody changed since: their SHA-256 by their paths. */
export type OwnFiles = ReadonlyMap<string, string>;

/** No path leads out of the folder. */
const path = z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\\\0]+$/);
const listSchema = z.object({ files: z.record(path, z.string()) });

/** Describes files by their contents. */
export function ownFiles(files: Readonly<Record<string, string>>): OwnFiles {
  return new Map(Object.entries(files).map(([name, content]) => [name, digest(content)]));
}

/** Writes the list of some files. */
export function ownFilesList(files: OwnFiles): string {
  return `${JSON.stringify({ files: Object.fromEntries(files) }, undefined, 2)}\n`;
}

/** Finds the files of the list in a folder that are as they were written. */
export async function readOwnFiles(root: string): Promise<OwnFiles> {
  const listed = await readList(root);
  const checked = await Promise.all(
    Object.entries(listed).map(async (file) =>
      (await isUnchanged(join(root, file[0]), file[1])) ? [file] : [],
    ),
  );
  return new Map(checked.flat());
}

async function readList(root: string): Promise<Readonly<Record<string, string>>> {
  try {
    const text = await readFile(join(root, LIST_FILE), "utf8");
    return listSchema.parse(JSON.parse(text)).files;
  } catch {
    return {};
  }
}

async function isUnchanged(file: string, mark: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile() && digest(await readFile(file, "utf8")) === mark;
  } catch {
    return false;
  }
}
