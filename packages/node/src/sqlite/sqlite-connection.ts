import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TokenError } from "@agent-oauth/core";
import { fileIdentity, prepareDatabaseFile } from "./database-file.ts";
import { sqliteVerdict } from "./sqlite-error.ts";
import { loadSqlite } from "./sqlite-module.ts";
import { prepareSchema } from "./sqlite-schema.ts";

/**
 * A connection to the database that is opened when it is needed, and again when the file was replaced: writes to a deleted file
 * succeed, and nobody else ever reads them.
 */
export class SqliteConnection {
  readonly #options: SqliteConnectionOptions;
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync | undefined;
  #identity: string | undefined;
  #isDurable = false;

  constructor(options: SqliteConnectionOptions) {
    this.#options = options;
  }

  /**
   * Opens the database, unless it is open.
   *
   * @throws TokenError `ERR_TOKEN_CONFIG` for a file that will never do; else the error of SQLite.
   */
  open(): DatabaseSync {
    const { path, allowNetworkFileSystem, onReplaced } = this.#options;
    if (this.#database !== undefined && this.#identity === fileIdentity(path))
      return this.#database;
    const wasOpen = this.#database !== undefined;
    this.close();
    prepareDatabaseFile(path, { allowNetworkFileSystem });
    const identity = fileIdentity(path);
    // A timeout of zero: SQLite would wait by stopping the whole process.
    const database = new (loadSqlite().DatabaseSync)(path, { timeout: 0 });
    try {
      const refusal = prepareSchema(database);
      if (refusal !== undefined) throw this.#refusal(refusal);
    } catch (error) {
      database.close();
      const { kind, reason } = sqliteVerdict(error);
      throw kind === "file" ? this.#refusal(reason) : error;
    }
    this.#database = database;
    this.#identity = identity;
    if (wasOpen) onReplaced();
    return database;
  }

  /** Runs one statement and returns its first row. */
  get(
    sql: string,
    ...values: readonly (string | number | null)[]
  ): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  /** Runs one statement and returns its rows. */
  all(sql: string, ...values: readonly (string | number | null)[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  /** Runs one statement and returns the number of rows that it changed. */
  run(sql: string, ...values: readonly (string | number | null)[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /**
   * Runs `work` in a transaction that holds the write lock. It has to be synchronous: the lock is the whole file's.
   *
   * @param isDurable whether the change has to survive a power cut.
   */
  transaction<T>(work: () => T, { isDurable }: { isDurable: boolean }): T {
    const database = this.open();
    if (isDurable !== this.#isDurable) {
      database.exec(`PRAGMA synchronous = ${isDurable ? "full" : "normal"}`);
      this.#isDurable = isDurable;
    }
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
    this.#isDurable = false;
  }

  #statement(sql: string): StatementSync {
    // Not `open` where it is open: it must not change the file in the middle of a transaction.
    const database = this.#database ?? this.open();
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #refusal(reason: string): TokenError {
    return new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot open the store "${this.#options.path}": ${reason}`,
    );
  }
}

/** Where the database is, and whom to tell when it is another one. */
export interface SqliteConnectionOptions {
  readonly path: string;
  readonly allowNetworkFileSystem: boolean;
  /** Called when the file was replaced, so what was read from the old one may be wrong. */
  readonly onReplaced: () => void;
}
