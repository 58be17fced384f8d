import type { Clock } from "@agent-oauth/core";
import { emit } from "@agent-oauth/core/internal";
import type { StoreNotice } from "@agent-oauth/core/store";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** How many notices the database keeps. Who is further behind than that is told that everything is doubtful. */
const MAX_KEPT = 1_000;
/** Watchers hear of another process's change after at most this many milliseconds. */
const WATCH_INTERVAL_MS = 50;
const LATEST = "SELECT seq FROM sqlite_sequence WHERE name = 'notices'";

/**
 * Tells watchers of what all processes wrote. SQLite sends nothing to others, so the rows that each change leaves are read from
 * time to time; the number of the last one shows a gap.
 */
export class SqliteNotices {
  readonly #connection: SqliteConnection;
  readonly #listeners = new Set<(notice: StoreNotice) => void>();
  readonly #clock: Clock;
  #seen: number | undefined;
  #endTimer: (() => void) | undefined;

  constructor(connection: SqliteConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Leaves a row, as part of a transaction. */
  add(type: "evicted" | "written", name: string): void {
    this.#connection.run("INSERT INTO notices (type, name) VALUES (?, ?)", type, name);
    this.#connection.run(`DELETE FROM notices WHERE sequence <= (${LATEST}) - ?`, MAX_KEPT);
  }

  listen(listener: (notice: StoreNotice) => void): () => void {
    const own = (notice: StoreNotice) => emit(listener, notice);
    if (this.#listeners.size === 0) this.#seen = this.#latest();
    this.#listeners.add(own);
    this.#readLater();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.end();
    };
  }

  /** Reads what was left since the last time, and tells the watchers. */
  read(): void {
    if (this.#listeners.size === 0) return;
    const [seen, latest] = [this.#seen, this.#latest()];
    if (latest === undefined || latest === seen) return;
    this.#seen = latest;
    const rows = seen === undefined ? [] : this.#rows(seen, latest);
    if (seen === undefined || rows.length !== latest - seen) this.doubt();
    for (const { type, name } of rows) {
      const text = String(name);
      this.#notify(type === "evicted" ? { type, mark: text } : { type: "written", key: text });
    }
  }

  /** Tells the watchers that messages may be missing. */
  doubt(): void {
    this.#notify({ type: "doubtful" });
  }

  end(): void {
    this.#listeners.clear();
    this.#endTimer?.();
    this.#endTimer = undefined;
  }

  #readLater(): void {
    this.#endTimer ??= startBackgroundTimer(this.#clock, () => {
      this.#endTimer = undefined;
      this.read();
      if (this.#listeners.size > 0) this.#readLater();
    });
  }

  /** None if they cannot be read: a timer calls this, so an error would end the process. */
  #rows(seen: number, latest: number): Record<string, unknown>[] {
    const between =
      "SELECT type, name FROM notices WHERE sequence > ? AND sequence <= ? ORDER BY sequence";
    try {
      return this.#connection.all(between, seen, latest);
    } catch {
      return [];
    }
  }

  #latest(): number | undefined {
    try {
      return Number(this.#connection.get(LATEST)?.seq ?? 0);
    } catch {
      return undefined;
    }
  }

  #notify(notice: StoreNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}

/** Starts a timer that does not keep the process alive. */
function startBackgroundTimer(clock: Clock, callback: () => void): () => void {
  if (clock.timer !== undefined) return clock.timer(callback, WATCH_INTERVAL_MS);
  const timer = setTimeout(callback, WATCH_INTERVAL_MS).unref();
  return () => clearTimeout(timer);
}
