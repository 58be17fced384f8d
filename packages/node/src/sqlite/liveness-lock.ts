import { closeSync, existsSync, openSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { sqliteVerdict } from "./sqlite-error.ts";
import { loadSqlite } from "./sqlite-module.ts";

const SUFFIX = ".alive";
/** In milliseconds. */
const YOUNG_MS = 60_000;

/**
 * Shows other processes that this one lives: it keeps an empty file beside the database locked, and the kernel ends the lock
 * with the process. A lease alone would have to run out after its holder was killed. A process that is only stopped counts as
 * alive.
 */
export class LivenessLock {
  readonly #databasePath: string;
  readonly #process: string;
  #held: DatabaseSync | undefined;

  constructor(databasePath: string, process: string) {
    this.#databasePath = databasePath;
    this.#process = process;
  }

  /** Takes the lock of this process, once. Without it, others wait until a lease of this process has run out. */
  hold(): void {
    if (this.#held !== undefined) return;
    const path = this.#pathOf(this.#process);
    try {
      closeSync(openSync(path, "wx", 0o600));
      this.#held = lockedFile(path);
    } catch {
      // The lock only saves time: a folder that is full or a busy file does not stop the store.
    }
    // Without the lock, the file would say that this process has ended.
    if (this.#held === undefined) removeFile(path);
  }

  /** Tells whether another process has ended. `false` also means that nobody knows. */
  hasEnded(process: string): boolean {
    const path = this.#pathOf(process);
    // Where the file is gone, somebody tidied up, perhaps under a process that lives.
    if (process === this.#process || !existsSync(path)) return false;
    const lock = lockedFile(path);
    lock?.close();
    return lock !== undefined;
  }

  /** Removes the file of a process that has ended. */
  forget(process: string): void {
    removeFile(this.#pathOf(process));
  }

  /** Lists the processes that ended and left their files. A young file may be about to be locked. */
  ended(): readonly string[] {
    const prefix = `${basename(this.#databasePath)}-`;
    const folder = dirname(this.#databasePath);
    const isOld = (name: string) =>
      (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) <
      Date.now() - YOUNG_MS;
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && name.endsWith(SUFFIX) && isOld(name))
      .map((name) => name.slice(prefix.length, -SUFFIX.length))
      .filter((process) => this.hasEnded(process));
  }

  release(): void {
    if (this.#held === undefined) return;
    this.#held.close();
    this.#held = undefined;
    removeFile(this.#pathOf(this.#process));
  }

  #pathOf(process: string): string {
    return join(dirname(this.#databasePath), `${basename(this.#databasePath)}-${process}${SUFFIX}`);
  }
}

/** Locks a file for as long as the connection is open; `undefined` if another process has it. */
function lockedFile(path: string): DatabaseSync | undefined {
  const lock = new (loadSqlite().DatabaseSync)(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = memory; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteVerdict(error).kind === "busy") return undefined;
    throw error;
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another process was quicker.
  }
}
