import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type Clock, systemClock, TokenError } from "@agent-oauth/core";
import {
  checkDuration,
  checkMarks,
  checkOptions,
  checkStoreName,
  checkWrite,
  LeaseClock,
  type OptionNames,
  textOption,
} from "@agent-oauth/core/internal";
import type {
  SharedStore,
  StoreCallOptions,
  StoreNotice,
  StoreUnavailable,
} from "@agent-oauth/core/store";
import { LivenessLock } from "./liveness-lock.ts";
import { SqliteCommands } from "./sqlite-commands.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { SqliteNotices } from "./sqlite-notices.ts";
import { wallMicros } from "./wall-micros.ts";
import { unavailable, whileBusy } from "./while-busy.ts";

/**
 * A shared store in one file, for the processes of one machine, on `node:sqlite`. Use it for one host; for several hosts, use a
 * server such as Redis.
 *
 * The file is made with mode 0600. Values are stored as they come: wrap the store with `encryptedStore`.
 *
 * @throws TypeError for a wrong option; TokenError `ERR_TOKEN_CONFIG` for a file that will never do: of another program, in a
 * read-only folder, on a network file system, or without `node:sqlite`.
 */
export function sqliteStore(options: SqliteStoreOptions): SharedStore {
  const doing = "open the store";
  checkOptions(options ?? null, { doing, names: OPTION_NAMES });
  const path = textOption(options.path, { option: "path", doing });
  if (path === ":memory:" || path.startsWith("file:")) {
    throw new TypeError(
      `Cannot ${doing}: "path" must be a path of the file system; other processes cannot reach ${path}`,
    );
  }
  const store = new SqliteStore({ ...options, path: resolve(path) });
  store.check();
  return store;
}

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The database file. Its folder has to exist and to be writable, for two more files are made there. */
  readonly path: string;
  /** Whether to accept a file system that other machines may share, such as FUSE. Default `false`. */
  readonly allowNetworkFileSystem?: boolean;
  /** The clocks and the timer. Default: those of the machine. */
  readonly clock?: Clock;
  /** Makes identifiers for leases and for this process. Default: random UUIDs. */
  readonly newId?: () => string;
}

const OPTION_NAMES: OptionNames<SqliteStoreOptions> = {
  path: true,
  allowNetworkFileSystem: true,
  clock: true,
  newId: true,
};

class SqliteStore implements SharedStore {
  readonly protection = "plaintext";
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #process: string;
  readonly #connection: SqliteConnection;
  readonly #notices: SqliteNotices;
  readonly #commands: SqliteCommands;
  readonly #leases: LeaseClock;
  readonly #liveness: LivenessLock;
  #isClosed = false;

  constructor(options: SqliteStoreOptions) {
    const {
      path,
      clock = systemClock,
      newId = randomUUID,
      allowNetworkFileSystem = false,
    } = options;
    this.#clock = clock;
    this.#newId = newId;
    this.#process = newId();
    this.#connection = new SqliteConnection({
      path,
      allowNetworkFileSystem,
      onReplaced: () => this.#notices.doubt(),
    });
    this.#notices = new SqliteNotices(this.#connection, clock);
    this.#commands = new SqliteCommands(this.#connection, wallMicros(clock));
    this.#leases = new LeaseClock(clock);
    this.#liveness = new LivenessLock(path, this.#process);
  }

  /** Opens the database once, so that a file that will never do is refused at once. One that is only busy is opened later. */
  check(): void {
    try {
      this.#connection.open();
      const ended = this.#liveness.ended();
      if (ended.length === 0) return;
      this.#connection.transaction(() => this.#commands.endLeases(ended), { isDurable: false });
      for (const process of ended) this.#liveness.forget(process);
    } catch (error) {
      if (TokenError.isInstance(error)) throw error;
    }
  }

  async read(...[key, options = {}]: Parameters<SharedStore["read"]>) {
    checkStoreName(key, "key");
    checkMarks(options);
    return this.#try(() => this.#commands.read(key, options.marks ?? []), options);
  }

  async write(...[key, value, options]: Parameters<SharedStore["write"]>) {
    checkStoreName(key, "key");
    checkWrite(value, options);
    return this.#change(() => {
      const outcome = this.#commands.write(key, value, options);
      if (outcome.outcome === "stored") this.#notices.add("written", key);
      return outcome;
    }, options);
  }

  async acquire(...[key, options]: Parameters<SharedStore["acquire"]>) {
    checkStoreName(key, "key");
    checkDuration(options, "acquire a lease");
    const [askedAt, { forMs }] = [this.#leases.now(), options];
    this.#liveness.hold();
    const ended = new Set<string>();
    const hasEnded = (process: string) => {
      if (this.#liveness.hasEnded(process)) ended.add(process);
      return ended.has(process);
    };
    const command = { owner: this.#newId(), process: this.#process, forMs, hasEnded };
    const acquired = await this.#change(() => {
      const outcome = this.#commands.acquire(key, command);
      this.#commands.endLeases([...ended]);
      return outcome;
    }, options);
    for (const process of ended) this.#liveness.forget(process);
    if ("outcome" in acquired) return acquired;
    if ("leftMs" in acquired) return { outcome: "held", leftMs: acquired.leftMs } as const;
    return {
      outcome: "acquired",
      lease: this.#leases.lease(acquired, { askedAt, forMs }),
    } as const;
  }

  async renew(...[lease, options]: Parameters<SharedStore["renew"]>) {
    checkDuration(options, "renew a lease");
    const [askedAt, { forMs }] = [this.#leases.now(), options];
    const renewed = await this.#change(() => this.#commands.renew(lease, forMs), options);
    if (typeof renewed === "object") return renewed;
    if (!renewed) return { outcome: "lost" } as const;
    return { outcome: "renewed", lease: this.#leases.lease(lease, { askedAt, forMs }) } as const;
  }

  async release(...[lease, options = {}]: Parameters<SharedStore["release"]>) {
    const released = await this.#change(() => this.#commands.release(lease), options);
    if (typeof released === "object") return released;
    return { outcome: released ? "released" : "lost" } as const;
  }

  async remove(...[key, options = {}]: Parameters<SharedStore["remove"]>) {
    checkStoreName(key, "key");
    const outcome = await this.#change(() => {
      const removed = this.#commands.remove(key, options.version);
      if (removed === "removed") this.#notices.add("written", key);
      return removed;
    }, options);
    return typeof outcome === "object" ? outcome : { outcome };
  }

  async evict(...[mark, options]: Parameters<SharedStore["evict"]>) {
    checkStoreName(mark, "mark");
    checkDuration(options, "evict");
    const marked = await this.#change(() => {
      this.#commands.evict(mark, options.forMs);
      this.#notices.add("evicted", mark);
      return true;
    }, options);
    return typeof marked === "object" ? marked : ({ outcome: "marked" } as const);
  }

  watch(listener: (notice: StoreNotice) => void): () => void {
    return this.#notices.listen(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#notices.end();
    this.#liveness.release();
    this.#connection.close();
  }

  async #change<T>(
    work: () => T,
    { durable: isDurable = false, ...options }: StoreCallOptions & { durable?: boolean },
  ): Promise<T | StoreUnavailable> {
    const outcome = await this.#try(
      () => this.#connection.transaction(work, { isDurable }),
      options,
    );
    this.#notices.read();
    return outcome;
  }

  #try<T>(work: () => T, { signal }: StoreCallOptions): Promise<T | StoreUnavailable> {
    const attempt = () => {
      if (this.#isClosed) return unavailable("the store is closed");
      this.#connection.open();
      return work();
    };
    return whileBusy(attempt, { clock: this.#clock, signal });
  }
}
