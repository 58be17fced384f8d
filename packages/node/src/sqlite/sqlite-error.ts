/** Reads the errors of `node:sqlite`: which of them pass, and what the others say about the file. */

/** What one error means for the store. */
export interface SqliteVerdict {
  /** `busy`: another process is writing. `file`: this file will never do. `other`: it may pass. */
  readonly kind: "busy" | "file" | "other";
  /** For messages; it names neither the path nor a value. */
  readonly reason: string;
}

const KINDS: Readonly<Record<number, SqliteVerdict>> = {
  5: { kind: "busy", reason: "another process is writing to the database" },
  6: { kind: "busy", reason: "another process is writing to the database" },
  8: { kind: "file", reason: "the database or its folder is read-only" },
  10: { kind: "other", reason: "reading or writing the database failed" },
  11: { kind: "other", reason: "the database is damaged" },
  13: { kind: "other", reason: "the disk is full" },
  14: { kind: "file", reason: "the database cannot be opened" },
  26: { kind: "file", reason: "the file is no SQLite database" },
};

/** Classifies what `node:sqlite` threw. Deno's errors lack the number in part, so a busy database is also told by its text. */
export function sqliteVerdict(error: unknown): SqliteVerdict {
  const { errcode, message = "" } = Object(error) as { errcode?: unknown; message?: unknown };
  // The extended codes keep the primary one in their lowest byte.
  const code = typeof errcode === "number" ? errcode & 0xff : Number.NaN;
  const busy = String(message).includes("database is locked") ? KINDS[5] : undefined;
  return KINDS[code] ?? busy ?? { kind: "other", reason: "the database failed" };
}
