import { randomUUID } from "node:crypto";
import { chmod, lstat, mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type FileList,
  LIST_FILE,
  listOf,
  type OwnFiles,
  ownFiles,
  readFileList,
  unchangedFiles,
} from "./own-files.ts";

/** Files of a binding by their path below its folder. */
export type BindingFiles = Readonly<Record<string, string>>;

/** A file could not be written; the message names it. */
export class BindingFileError extends Error {
  override readonly name = "BindingFileError";
}

/** How to write files. */
export interface WriteOptions {
  /** Whether files of others are replaced too. Default false. */
  readonly force?: boolean;
  /** Paths of earlier files that stay, although they are not among the new ones. */
  readonly kept?: readonly string[];
}

/**
 * Writes files that only their owner can read: 0600, in folders of 0700.
 *
 * A file that an earlier call wrote, and that has not changed since, is replaced, or removed if it is
 * no longer wanted; this holds for a call too that was killed. Nothing is written if any other one of
 * them exists, unless `force` is set. Each file is written in one step, so that a reader sees the old
 * content or the new.
 *
 * @throws BindingFileError naming the file.
 */
export async function writeBindingFiles(
  root: string,
  files: BindingFiles,
  { force = false, kept = [] }: WriteOptions = {},
): Promise<void> {
  const own = await findOwnFiles(root);
  const targets = Object.keys(files);
  if (!force) for (const path of targets) await refuseForeign(join(root, path), own.has(path));
  const others = [...own.keys()].filter((path) => !targets.includes(path) && !kept.includes(path));
  await replaceFiles(root, files, { own, others });
}

/**
 * Replaces files that an earlier call of {@link writeBindingFiles} wrote, and that have not changed
 * since; all others stay as they are.
 *
 * @throws BindingFileError naming the file.
 */
export async function replaceOwnFiles(root: string, files: BindingFiles): Promise<void> {
  const own = await findOwnFiles(root);
  const fresh = ownFiles(files);
  const outdated = Object.entries(files).filter(
    ([path]) => own.has(path) && own.get(path) !== fresh.get(path),
  );
  if (outdated.length === 0) return;
  await replaceFiles(root, Object.fromEntries(outdated), { own, others: [] });
}

/** Finds the files that the mock wrote; removes what a call that was killed wrote aside. */
async function findOwnFiles(root: string): Promise<OwnFiles> {
  const list = await readFileList(root);
  if (list.aside !== undefined) {
    for (const path of Object.keys(list.files)) {
      await rm(asideOf(join(root, path), list.aside), { force: true });
    }
  }
  return unchangedFiles(root, list);
}

/** Between the two lists, each file may be as before or as it will be: both are known. */
async function replaceFiles(
  root: string,
  files: BindingFiles,
  { own, others }: { readonly own: OwnFiles; readonly others: readonly string[] },
): Promise<void> {
  const fresh = ownFiles(files);
  const aside = randomUUID();
  await writeList(root, listOf(own, { next: fresh, aside }));
  await removeFiles(root, others);
  for (const [path, content] of Object.entries(files)) {
    await writeBindingFile(root, path, { content, aside });
  }
  const remaining = new Map([...own, ...fresh]);
  for (const path of others) remaining.delete(path);
  await writeList(root, listOf(remaining));
}

function writeList(root: string, list: FileList): Promise<void> {
  const content = `${JSON.stringify(list, undefined, 2)}\n`;
  return writeBindingFile(root, LIST_FILE, { content, aside: randomUUID() });
}

async function writeBindingFile(
  root: string,
  path: string,
  { content, aside }: { readonly content: string; readonly aside: string },
): Promise<void> {
  const file = join(root, path);
  const folder = dirname(file);
  try {
    await makePrivateFolder(folder, { keepMode: folder === join(root) });
    await replaceFile(file, { content, fresh: asideOf(file, aside) });
  } catch (error) {
    throw new BindingFileError(`Cannot write ${file}: ${reasonOf(error)}`);
  }
}

function asideOf(file: string, aside: string): string {
  return `${file}.${aside}`;
}

async function refuseForeign(file: string, isOwn: boolean): Promise<void> {
  if (isOwn) return;
  const exists = await lstat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new BindingFileError(`Cannot write ${file}: it exists already`);
}

/** With a binding of an earlier start, an agent would find a flow that this start does not serve. */
async function removeFiles(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(join(root, path), { force: true });
  for (const path of paths) {
    const folder = dirname(path);
    // A folder that holds other files stays.
    if (folder !== ".") await rmdir(join(root, folder)).catch(() => {});
  }
}

/** The root may be any folder of the user, also a shared one: only the folders below it are ours. */
async function makePrivateFolder(folder: string, { keepMode }: { keepMode: boolean }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (keepMode) return;
  // In a shared folder, another user may have placed a link here, so that keys are written where it
  // leads.
  if (!(await lstat(folder)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  await chmod(folder, 0o700);
}

/** A link in place of the file is replaced, and not followed. */
async function replaceFile(
  file: string,
  { content, fresh }: { readonly content: string; readonly fresh: string },
): Promise<void> {
  try {
    await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EEXIST") return "it exists already";
  if (code === "ENOTDIR") return "part of its path is not a folder";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  return code ?? "unknown reason";
}
