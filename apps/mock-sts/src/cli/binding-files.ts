import { randomUUID } from "node:crypto";
import { chmod, lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Files of a binding by their path below its folder. */
export type BindingFiles = Readonly<Record<string, string>>;

/** A file could not be written; the message names it. */
export class BindingFileError extends Error {
  override readonly name = "BindingFileError";
}

/**
 * Writes files that only their owner can read: 0600, in folders of 0700.
 *
 * Nothing is written if one of them exists, unless `force` is set; then each is replaced in one
 * step, so that a reader sees the old content or the new.
 *
 * @throws BindingFileError naming the file.
 */
export async function writeBindingFiles(
  root: string,
  files: BindingFiles,
  { force = false }: { force?: boolean } = {},
): Promise<void> {
  const targets = Object.entries(files).map(([path, content]) => {
    const names = path.split("/");
    return { folder: join(root, ...names.slice(0, -1)), file: join(root, ...names), content };
  });
  if (!force) for (const { file } of targets) await refuseExisting(file);
  for (const { folder, file, content } of targets) {
    try {
      await makePrivateFolder(folder, { keepMode: folder === join(root) });
      await (force ? replaceFile(file, content) : createFile(file, content));
    } catch (error) {
      throw new BindingFileError(`Cannot write ${file}: ${reasonOf(error)}`);
    }
  }
}

async function refuseExisting(file: string): Promise<void> {
  const exists = await lstat(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new BindingFileError(`Cannot write ${file}: it exists already`);
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
