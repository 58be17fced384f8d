/** What a store does to its database. Each function is synchronous and runs in one transaction. */

import type {
  ReadOutcome,
  RemoveOutcome,
  StoreLease,
  StoreWriteOptions,
  WriteOutcome,
} from "@agent-oauth/core/store";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** Rows that have ended and are removed with one write. */
const SWEPT = 16;

/** Commands on one database. Instants are microseconds by the clock of the store. */
export class SqliteCommands {
  readonly #connection: SqliteConnection;
  readonly #wallMicros: () => number;

  constructor(connection: SqliteConnection, wallMicros: () => number) {
    this.#connection = connection;
    this.#wallMicros = wallMicros;
  }

  read(key: string, marks: readonly string[]): ReadOutcome {
    const row = this.#connection.get(READ, JSON.stringify(marks), this.#wallMicros(), key);
    const now = Math.max(this.#wallMicros(), numberIn(row, "micros"));
    const endsAt = row?.ends_at === null ? undefined : numberIn(row, "ends_at");
    if (row === undefined || (endsAt !== undefined && endsAt <= now)) return { outcome: "absent" };
    const [since, version, fence] = [
      numberIn(row, "since"),
      numberIn(row, "version"),
      numberIn(row, "fence"),
    ];
    if (row.marked !== null && numberIn(row, "marked") >= since)
      return { outcome: "evicted", version };
    return {
      outcome: "found",
      value: String(row.value),
      version,
      fence,
      since,
      ageMs: (now - since) / 1_000,
      leftMs: endsAt === undefined ? undefined : (endsAt - now) / 1_000,
    };
  }

  write(key: string, value: string, options: StoreWriteOptions): WriteOutcome {
    const now = this.#tick();
    const { version, since = now, lifetimeMs, marks = [] } = options;
    const stored = this.#connection.get(STORED, key, now);
    const [storedVersion, storedFence] = [numberIn(stored, "version"), numberIn(stored, "fence")];
    const fence = options.fence ?? storedFence;
    const { marked } = this.#connection.get(MARKED, JSON.stringify(marks), now) ?? {};
    if (typeof marked === "number" && marked >= since) return { outcome: "evicted" };
    if (storedVersion !== version || storedFence > fence) return { outcome: "newer" };
    const endsAt = lifetimeMs === undefined ? null : Math.round(now + lifetimeMs * 1_000);
    this.#connection.run(WRITE, key, value, version + 1, fence, since, endsAt);
    this.#sweep(now);
    return { outcome: "stored", version: version + 1 };
  }

  /** Returns the lease, or how long another process has it still. */
  acquire(
    key: string,
    { owner, process, forMs, hasEnded }: AcquireCommand,
  ): Omit<StoreLease, "leftMs"> | { readonly leftMs: number; readonly holder: string } {
    const now = this.#tick();
    const held = this.#connection.get(
      "SELECT * FROM leases WHERE key = ? AND ends_at > ?",
      key,
      now,
    );
    if (held !== undefined && !hasEnded(String(held.process))) {
      return { leftMs: (numberIn(held, "ends_at") - now) / 1_000, holder: String(held.process) };
    }
    const stored = this.#connection.get(STORED, key, now);
    const before = Math.max(numberIn(stored, "fence"), numberIn(held, "fence"));
    const lease = { key, owner, fence: Math.max(now, before + 1), since: now };
    this.#connection.run(
      "INSERT OR REPLACE INTO leases (key, owner, process, fence, ends_at) VALUES (?, ?, ?, ?, ?)",
      key,
      owner,
      process,
      lease.fence,
      Math.round(now + forMs * 1_000),
    );
    return lease;
  }

  /** Ends every lease of processes that have ended: once their files are gone, nobody could tell. */
  endLeases(processes: readonly string[]): void {
    for (const process of processes) {
      this.#connection.run("DELETE FROM leases WHERE process = ?", process);
    }
  }

  renew({ key, owner }: StoreLease, forMs: number): boolean {
    const now = this.#tick();
    const endsAt = Math.round(now + forMs * 1_000);
    const renew = "UPDATE leases SET ends_at = ? WHERE key = ? AND owner = ? AND ends_at > ?";
    return this.#connection.run(renew, endsAt, key, owner, now) > 0;
  }

  release({ key, owner }: StoreLease): boolean {
    const release = "DELETE FROM leases WHERE key = ? AND owner = ? AND ends_at > ?";
    return this.#connection.run(release, key, owner, this.#tick()) > 0;
  }

  remove(
    key: string,
    version: number | undefined,
  ): Exclude<RemoveOutcome["outcome"], "unavailable"> {
    const stored = this.#connection.get(STORED, key, this.#tick());
    if (stored === undefined) return "absent";
    if (version !== undefined && version !== stored.version) return "newer";
    this.#connection.run("DELETE FROM records WHERE key = ?", key);
    return "removed";
  }

  evict(mark: string, forMs: number): void {
    const now = this.#tick();
    this.#connection.run(MARK, mark, now, Math.round(now + forMs * 1_000));
    this.#sweep(now);
  }

  /** The next instant: later than that of every transaction before, whatever became of the wall clock. */
  #tick(): number {
    const tick = "UPDATE clock SET micros = max(micros + 1, ?) RETURNING micros";
    return numberIn(this.#connection.get(tick, this.#wallMicros()), "micros");
  }

  #sweep(now: number): void {
    for (const [table, id] of [
      ["records", "key"],
      ["leases", "key"],
      ["marks", "mark"],
    ]) {
      const ended = `SELECT ${id} FROM ${table} WHERE ends_at <= ? LIMIT ${SWEPT}`;
      this.#connection.run(`DELETE FROM ${table} WHERE ${id} IN (${ended})`, now);
    }
  }
}

/** Who asks for a lease. */
export interface AcquireCommand {
  readonly owner: string;
  readonly process: string;
  readonly forMs: number;
  /** Tells whether the process that holds the lease has ended. */
  readonly hasEnded: (process: string) => boolean;
}

const MARKED = `SELECT max(at) AS marked FROM marks
  WHERE mark IN (SELECT value FROM json_each(?)) AND ends_at > ?`;
const READ = `SELECT records.*, (${MARKED}) AS marked, (SELECT micros FROM clock) AS micros
  FROM records WHERE key = ?`;
const STORED =
  "SELECT version, fence FROM records WHERE key = ? AND (ends_at IS NULL OR ends_at > ?)";
const WRITE = `INSERT OR REPLACE INTO records (key, value, version, fence, since, ends_at)
  VALUES (?, ?, ?, ?, ?, ?)`;
const MARK = `INSERT INTO marks (mark, at, ends_at) VALUES (?, ?, ?)
  ON CONFLICT (mark) DO UPDATE SET at = excluded.at, ends_at = max(ends_at, excluded.ends_at)`;

function numberIn(row: Record<string, unknown> | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}
