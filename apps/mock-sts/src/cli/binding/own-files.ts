import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { digest } from "../../oauth/fingerprint.ts";

/** Name of the list of the files that the mock wrote, with the SHA-256 of each. */
export const LIST_FILE = ".mock-sts.json";

/** Files that the mock wrote and nobody changed since: their SHA-256 by their paths. */
export type OwnFiles = ReadonlyMap<string, string>;

/**
 * The list of the files that the mock wrote. It is written before the files, so that a start that is
 * killed in between leaves no file that the next start does not know.
 */
export interface FileList {
  /** The SHA-256 of what each file may hold: the content before, and the one that replaces it. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** The end of the names of the files that a new content is written to first; absent once all are done. */
  readonly aside?: string | undefined;
}

/** No path leads out of the folder. */
const path = z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\\\0]+$/);
const marks = z.union([z.string().transform((mark) => [mark]), z.array(z.string())]);
const listSchema = z.object({ files: z.record(path, marks), aside: z.uuid().optional() });

/** Describes files by their contents. */
export function ownFiles(files: Readonly<Record<string, string>>): OwnFiles {
  return new Map(Object.entries(files).map(([name, content]) => [name, digest(content)]));
}

/** Lists files as they are, or while they are replaced by others. */
export function listOf(
  now: OwnFiles,
  { next = now, aside }: { readonly next?: OwnFiles; readonly aside?: string } = {},
): FileList {
  const names = [...new Set([...now.keys(), ...next.keys()])];
  const files = names.map((name) => {
    const both = [now.get(name), next.get(name)].filter((mark) => mark !== undefined);
    return [name, [...new Set(both)]];
  });
  return { files: Object.fromEntries(files), aside };
}

/** Reads the list in a folder; without one, the mock wrote nothing. */
export async function readFileList(root: string): Promise<FileList> {
  try {
    const text = await readFile(join(root, LIST_FILE), "utf8");
    return listSchema.parse(JSON.parse(text));
  } catch {
    return { files: {} };
  }
}

/** Finds the files of a list that are as they were written. */
export async function unchangedFiles(root: string, { files }: FileList): Promise<OwnFiles> {
  const checked = await Promise.all(
    Object.entries(files).map(async ([name, known]) => {
      const mark = await digestOf(join(root, name));
      return mark !== undefined && known.includes(mark) ? [[name, mark] as const] : [];
    }),
  );
  return new Map(checked.flat());
}

/** `undefined` for what is not a file, such as a link. */
async function digestOf(file: string): Promise<string | undefined> {
  try {
    return (await lstat(file)).isFile() ? digest(await readFile(file, "utf8")) : undefined;
  } catch {
    return undefined;
  }
}
