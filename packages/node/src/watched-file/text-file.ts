import type { BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { TokenError } from "@agent-oauth/core";
import { fileError } from "./file-error.ts";

/** Credentials and tokens are a few kilobytes; a larger file (1 MiB) is something else. */
const MAX_BYTES = 1_048_576;

/** How often a file is read that keeps changing while it is read. */
const MAX_ATTEMPTS = 3;

/** The content of a file at one moment. */
export interface TextFile {
  /** Without a byte order mark. */
  readonly text: string;
  /** The same as long as the file is unchanged. */
  readonly version: string;
  /** Epoch milliseconds of the file system's clock. */
  readonly modifiedAt: number;
}

/**
 * Reads a whole UTF-8 file of at most 1 MiB, and reads it again if it changes meanwhile.
 *
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if it does not exist, `ERR_TOKEN_CONFIG` if it cannot be used.
 */
export async function readTextFile(path: string): Promise<TextFile> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const file = await readOnce(path);
    if (file !== undefined) return file;
  }
  throw unusable(path, "it kept changing while it was read");
}

/** Returns the version of a file without reading it. */
export async function textFileVersion(path: string): Promise<string> {
  const stats = await attempt(path, () => stat(path, { bigint: true }));
  // Checked before the file is opened: opening a pipe would wait for a writer.
  if (!stats.isFile()) throw unusable(path, "it is not a regular file");
  if (stats.size > MAX_BYTES) throw unusable(path, "it is larger than 1 MiB");
  return version(stats);
}

async function readOnce(path: string): Promise<TextFile | undefined> {
  await textFileVersion(path);
  const handle = await attempt(path, () => open(path));
  try {
    const before = await handle.stat({ bigint: true });
    const bytes = await attempt(path, () => readBytes(handle));
    const after = await handle.stat({ bigint: true });
    if (version(before) !== version(after)) return undefined;
    return {
      text: decode(path, bytes),
      version: version(after),
      modifiedAt: Number(after.mtimeMs),
    };
  } finally {
    await handle.close();
  }
}

async function readBytes(handle: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // The size in the metadata is not used: some file systems report 0.
  const stream = handle.createReadStream({ autoClose: false, start: 0, end: MAX_BYTES });
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function decode(path: string, bytes: Buffer): string {
  if (bytes.length > MAX_BYTES) throw unusable(path, "it is larger than 1 MiB");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unusable(path, "it is not UTF-8 text");
  }
}

function version({ dev, ino, mtimeNs, ctimeNs, size }: BigIntStats): string {
  // The change time too: a copy may keep the modification time, and inode numbers are used again.
  return [dev, ino, mtimeNs, ctimeNs, size].join(":");
}

async function attempt<R>(path: string, action: () => Promise<R>): Promise<R> {
  try {
    return await action();
  } catch (error) {
    throw fileError(path, error);
  }
}

function unusable(path: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot read ${JSON.stringify(path)}: ${reason}`);
}
