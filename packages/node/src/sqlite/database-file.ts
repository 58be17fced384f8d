import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  openSync,
  statfsSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { TokenError } from "@agent-oauth/core";

/**
 * Makes sure that the file of a database is there and is ours alone. SQLite itself would create it for everybody who may read
 * the folder.
 *
 * A file that is there already is never opened here: closing a descriptor ends every lock that this process has on the file.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` that names the path and the fix.
 */
export function prepareDatabaseFile(
  path: string,
  { allowNetworkFileSystem }: { allowNetworkFileSystem: boolean },
): void {
  checkFolder(dirname(path), path);
  if (!allowNetworkFileSystem) checkFileSystem(dirname(path), path);
  if (!created(path)) checkExisting(path);
}

/** Identifies the file at a path, to notice when it was replaced; `undefined` if there is none. */
export function fileIdentity(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? `${found.dev}:${found.ino}` : undefined;
}

function checkFolder(folder: string, path: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    throw refusal(path, `its folder does not exist; create it with "mkdir -m 700 ${folder}"`);
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw refusal(
      path,
      "its folder is read-only; SQLite makes two more files in it, so let this user write there",
    );
  }
}

/** File systems that another machine may write to, by the numbers of Linux. WAL needs memory that all its processes share. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x00c36400, "Ceph"],
  [0x01021997, "9p"],
  [0x0bd00bd0, "Lustre"],
  [0x65735546, "FUSE"],
]);

function checkFileSystem(folder: string, path: string): void {
  const name = NETWORK_FILE_SYSTEMS.get(statfsSync(folder).type);
  if (name === undefined) return;
  throw refusal(
    path,
    `${name} may be a network file system, where SQLite's locks do not hold; choose a local folder, or set "allowNetworkFileSystem" if only this machine uses it`,
  );
}

function created(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw refusal(path, `creating it failed with ${(error as NodeJS.ErrnoException).code}`);
  }
}

function checkExisting(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw refusal(path, "it is no file; name a file of its own for the store");
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    if ((found.mode & 0o077) !== 0 && process.platform !== "win32") chmodSync(path, 0o600);
  } catch {
    throw refusal(
      path,
      "it belongs to another user or is read-only; the store must be able to read and write it",
    );
  }
}

function refusal(path: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot open the store "${path}": ${reason}`);
}
