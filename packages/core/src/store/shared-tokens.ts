import { NameMemory } from "../collections/name-memory.ts";
import { TokenError } from "../errors/token-error.ts";
import type { CacheKey } from "../key/cache-key.ts";
import { pause } from "../time/pause.ts";
import type { AccessToken } from "../token/access-token.ts";
import { type EvictedUser, recordKey, sourceMark, userMark, usersOf } from "./record-names.ts";
import type { FetchedToken, SharedCall, SharedToken, StoredToken } from "./shared-call.ts";
import type { StoreLease } from "./store-outcomes.ts";
import { type NamedRecord, TokenRecords, type TokenRecordsParts } from "./token-records.ts";

/**
 * The second level of a cache: tokens in a store that several processes share. One process requests a token under a lease; the
 * others use the stored token while it lives, or wait for the new one.
 */
export class SharedTokens<T extends AccessToken> {
  readonly #parts: SharedTokensParts;
  readonly #records: TokenRecords<T>;
  readonly #users = new NameMemory<EvictedUser>(MAX_USERS);
  readonly #endWatch: () => void;

  constructor(parts: SharedTokensParts) {
    this.#parts = parts;
    this.#records = new TokenRecords(parts);
    this.#endWatch = parts.store.watch((notice) => {
      if (notice.type === "doubtful") parts.onDoubt();
      if (notice.type === "evicted") this.#evicted(notice.mark);
    });
  }

  /** Returns the stored token if it will do, else the token of a request that one process sends for all. */
  async get(call: SharedCall<T>): Promise<SharedToken<T>> {
    const { store, clock } = this.#parts;
    const identity = this.#parts.identity();
    if (identity === undefined) return fetched(call);
    const record = this.#record(call.key, identity);
    const endsAt = clock.monotonic() + MAX_WAIT_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const read = await this.#records.read(record, call);
      if (read.outcome === "unavailable") return fetched(call);
      const stored = this.#records.usable(read, call);
      if (stored !== undefined && !this.#records.isDue(stored, call)) return stored;
      const taken = await store.acquire(record.key, { forMs: LEASE_MS, signal: call.signal });
      if (taken.outcome === "acquired") return this.#fetchUnder(taken.lease, { record, call });
      if (stored !== undefined) return stored;
      if (taken.outcome === "unavailable") this.#parts.onUnavailable(taken);
      if (taken.outcome === "unavailable" || clock.monotonic() >= endsAt) return fetched(call);
      await pause(clock, { ms: pauseMs * (0.5 + this.#parts.random()), signal: call.signal });
    }
  }

  /** Removes the stored token of a key. */
  async invalidate(key: CacheKey): Promise<void> {
    const identity = this.#parts.identity();
    if (identity === undefined) return;
    const removed = await this.#parts.store.remove(recordKey(identity, key));
    if (removed.outcome === "unavailable") this.#parts.onUnavailable(removed);
  }

  /**
   * Strikes the stored tokens of a user, in all processes.
   *
   * @throws TokenError `ERR_TOKEN_STORE` if the store did not do it.
   */
  async evict(user: EvictedUser): Promise<void> {
    await this.#mark(userMark(user), "evict a user");
  }

  /** Strikes every stored token of the source. */
  async clear(): Promise<void> {
    const identity = this.#parts.identity();
    if (identity !== undefined) await this.#mark(sourceMark(identity), "clear the cache");
  }

  /** Ends the watch. The store stays open: others use it too. */
  close(): void {
    this.#endWatch();
  }

  async #mark(mark: string, doing: string): Promise<void> {
    const { store, onUnavailable, maxLifetimeMs: forMs } = this.#parts;
    const marked = await store.evict(mark, { forMs });
    if (marked.outcome === "marked") return;
    onUnavailable(marked);
    throw new TokenError(
      "ERR_TOKEN_STORE",
      `Cannot ${doing} in all processes: ${marked.reason}; the tokens are gone from this process only, so repeat it`,
      { retryable: true },
    );
  }

  #record(key: CacheKey, identity: string): NamedRecord {
    const users = usersOf(key).map((user) => ({ user, mark: userMark(user) }));
    for (const { user, mark } of users) this.#users.remember(mark, user);
    const marks = [sourceMark(identity), ...users.map(({ mark }) => mark)];
    return { key: recordKey(identity, key), marks, identity };
  }

  async #fetchUnder(
    lease: StoreLease,
    { record, call }: { record: NamedRecord; call: SharedCall<T> },
  ): Promise<SharedToken<T>> {
    try {
      // Another process may have stored a token since the first read.
      const read = await this.#records.read(record, call);
      const stored = this.#records.usable(read, call);
      if (stored !== undefined && !this.#records.isDue(stored, call)) return stored;
      const fetched = await this.#fetchOr(stored, call);
      if ("ageMs" in fetched) return fetched;
      await this.#records.write(fetched, { lease, record, call, read });
      return { token: fetched.token, ageMs: undefined };
    } finally {
      // Nobody waits for it: a lease that is not released ends by itself.
      this.#parts.store.release(lease).catch(() => {});
    }
  }

  /** Requests a token. If that fails for now, the stored one will do. */
  async #fetchOr(
    stored: StoredToken<T> | undefined,
    call: SharedCall<T>,
  ): Promise<StoredToken<T> | FetchedToken<T>> {
    try {
      return await call.send();
    } catch (error) {
      const mayPass = TokenError.isInstance(error) && error.retryable;
      if (stored !== undefined && call.refreshed === undefined && mayPass) return stored;
      throw error;
    }
  }

  #evicted(mark: string): void {
    const { onEvicted, onDoubt, identity } = this.#parts;
    const user = this.#users.recall(mark);
    if (typeof user === "object") onEvicted(user.value);
    else if (user === "forgotten" || mark === sourceMark(identity() ?? "")) onDoubt();
  }
}

/** What {@link SharedTokens} needs of its cache. */
export interface SharedTokensParts extends TokenRecordsParts {
  /** How long a mark has to last: no stored token lives longer. */
  readonly maxLifetimeMs: number;
  /** Called when another process, or this one, has evicted a user. */
  readonly onEvicted: (user: EvictedUser) => void;
  /** Called when tokens in memory may have been evicted. */
  readonly onDoubt: () => void;
}

/** How many users are remembered for evictions by other processes. */
const MAX_USERS = 100_000;
/** How long one process may take for a token request, in milliseconds, before another tries. */
const LEASE_MS = 10_000;
/** How long a call waits for the token of another process, in milliseconds, before it requests one itself. */
const MAX_WAIT_MS = 30_000;
/** The pauses between two looks at the store, in milliseconds. */
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 250;

async function fetched<T extends AccessToken>(call: SharedCall<T>): Promise<SharedToken<T>> {
  const { token } = await call.send();
  return { token, ageMs: undefined };
}
