import { randomUUID } from "node:crypto";
import { chmod, lstat, mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LIST_FILE, type OwnFiles, ownFiles, ownFilesList, readOwnFiles } from "./own-files.ts";

/** Files of a binding by their path below its folder. */
export type BindingFiles = Readonly<Record<string, string>>;

/** A file could not be written; the message names it. */
export class BindingFileError extends Error {
  override readonly name = "BindingFileError";
}

/**
 * Writes files that only their owner can read: 0600, in folders of 0700.
 *
 * A file that an earlier call wrote, and that has not changed since, is replaced, or removed if it is
 * no longer wanted. Nothing is written if any other one of them exists, unless `force` is set. Each
 * file is replaced in one step, so that a reader sees the old content or the new.
 *
 * @throws BindingFileError naming the file.
 */
export async function writeBindingFiles(
  root: string,
  files: BindingFiles,
  { force = false }: { force?: boolean } = {},
): Promise<void> {
  const own = await readOwnFiles(root);
  const targets = Object.keys(files);
  if (!force) for (const path of targets) await refuseForeign(join(root, path), own.has(path));
  await removeOthers(root, own, targets);
  for (const [path, content] of Object.entries(files)) {
    const write = force || own.has(path) ? replaceFile : createFile;
    await writeBindingFile(root, path, { content, write });
  }
  await writeList(root, ownFiles(files));
}

/**
 * Replaces files that an earlier call of {@link writeBindingFiles} wrote, and that have not changed
 * since; all others stay as they are.
 *
 * @throws BindingFileError naming the file.
 */
export async function replaceOwnFiles(root: string, files: BindingFiles): Promise<void> {
  const own = await readOwnFiles(root);
  const fresh = ownFiles(files);
  const outdated = Object.entries(files).filter(
    ([path]) => own.has(path) && own.get(path) !== fresh.get(path),
  );
  if (outdated.length === 0) return;
  for (const [path, content] of outdated) {
    await writeBindingFile(root, path, { content, write: replaceFile });
  }
  await writeList(root, new Map([...own, ...ownFiles(Object.fromEntries(outdated))]));
}

function writeList(root: string, files: OwnFiles): Promise<void> {
  return writeBindingFile(root, LIST_FILE, { content: ownFilesList(files), write: replaceFile });
}

async function writeBindingFile(
  root: string,
  path: string,
  { content, write }: { content: string; write: typeof createFile },
): Promise<void> {
  const file = join(root, path);
  const folder = dirname(file);
  try {
    await makePrivateFolder(folder, { keepMode: folder === join(root) });
    await write(file, content);
  } catch (error) {
    throw new BindingFileError(`Cannot write ${file}: ${reasonOf(error)}`);
  }
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
async function removeOthers(root: string, own: OwnFiles, wanted: readonly string[]): Promise<void> {
  const others = [...own.keys()].filter((path) => !wanted.includes(path));
  for (const path of others) await rm(join(root, path), { force: true });
  for (const path of others) {
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

function createFile(file: string, content: string): Promise<void> {
  return writeFile(file, content, { mode: 0o600, flag: "wx" });
}

async function replaceFile(file: string, content: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  try {
    await createFile(fresh, content);
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
