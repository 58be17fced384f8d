import type { DatabaseSync } from "node:sqlite";

/** Marks a database as a store of this project ("aoST"), so that the file of another program is not taken for one. */
const APPLICATION_ID = 0x616f5354;
/** Raised when a table changes. */
const SCHEMA_VERSION = 1;

const TABLES = `
  CREATE TABLE records (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, fence INTEGER NOT NULL,
    since INTEGER NOT NULL, ends_at INTEGER
  );
  CREATE INDEX records_end ON records (ends_at) WHERE ends_at IS NOT NULL;
  CREATE TABLE leases (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, process TEXT NOT NULL, fence INTEGER NOT NULL, ends_at INTEGER NOT NULL
  );
  CREATE TABLE marks (mark TEXT PRIMARY KEY, at INTEGER NOT NULL, ends_at INTEGER NOT NULL);
  CREATE TABLE notices (sequence INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, name TEXT NOT NULL);
  CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), micros INTEGER NOT NULL);
  INSERT INTO clock VALUES (1, 0);
`;

/**
 * Makes the tables of a new store, and sets what belongs to the connection.
 *
 * @returns why the database is refused; `undefined` if it is a store.
 * @throws the error of SQLite, also when another process is making the tables: repeat it then.
 */
export function prepareSchema(database: DatabaseSync): string | undefined {
  // Write-ahead log: readers never wait for a writer. "normal" survives the end of a process, not a power cut.
  database.exec("PRAGMA journal_mode = wal; PRAGMA synchronous = normal");
  const refusal = schemaRefusal(database);
  if (refusal !== undefined || isStore(database)) return refusal;
  database.exec("BEGIN IMMEDIATE");
  try {
    if (!isStore(database)) {
      database.exec(TABLES);
      database.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`,
      );
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  return undefined;
}

function schemaRefusal(database: DatabaseSync): string | undefined {
  // Tables first: another process that makes them right now writes the identifier in the same transaction.
  const { tables } = Object(database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get());
  const id = pragma(database, "application_id");
  if (id !== APPLICATION_ID) {
    return id === 0 && tables === 0
      ? undefined
      : "it is the database of another program; name a file of its own for the store";
  }
  const version = pragma(database, "user_version");
  return version === SCHEMA_VERSION
    ? undefined
    : `it was written by another version of this package (schema ${version}, this is ${SCHEMA_VERSION}); use the same version in all processes, or another file`;
}

function isStore(database: DatabaseSync): boolean {
  return pragma(database, "application_id") === APPLICATION_ID;
}

/** Reads a number that a pragma answers with. */
function pragma(database: DatabaseSync, name: string): number {
  return Number(Object(database.prepare(`PRAGMA ${name}`).get())[name]);
}
