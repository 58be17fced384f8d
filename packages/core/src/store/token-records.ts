import type { Clock } from "../time/clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import { refreshShare, usableLifetimeMs } from "../token/usable-lifetime.ts";
import type { FetchedToken, SharedCall, StoredToken } from "./shared-call.ts";
import type { SharedStore } from "./shared-store.ts";
import type { ReadOutcome, StoreLease, StoreUnavailable } from "./store-outcomes.ts";
import { readTokenRecord, writeTokenRecord } from "./token-record.ts";

/** Reads and writes the tokens of a source in a shared store, and judges their age. */
export class TokenRecords<T extends AccessToken> {
  readonly #parts: TokenRecordsParts;

  constructor(parts: TokenRecordsParts) {
    this.#parts = parts;
  }

  /** Reads a record, and reports what kept it from being read. */
  async read({ key, marks }: NamedRecord, { signal }: SharedCall<T>): Promise<ReadOutcome> {
    const read = await this.#parts.store.read(key, { marks, signal });
    if (read.outcome === "unavailable") this.#parts.onUnavailable(read);
    if (read.outcome === "unreadable") this.#parts.onUnreadable(read.reason);
    return read;
  }

  /** Returns the token of a record if the call can use it. */
  usable(read: ReadOutcome, { refuses, minValidityMs }: SharedCall<T>): StoredToken<T> | undefined {
    if (read.outcome !== "found") return undefined;
    const ageMs = Math.ceil(read.ageMs);
    const recorded = readTokenRecord<T>(read.value, this.#parts.clock.now() - ageMs);
    if (recorded === undefined || refuses(recorded.token)) return undefined;
    const isOver = ageMs >= usableLifetimeMs(recorded, this.#parts.expiryBufferMs);
    const isShort = recorded.lifetimeMs - ageMs < minValidityMs;
    return isOver || isShort ? undefined : { ...recorded, ageMs };
  }

  /** Tells whether a refresh ahead has to replace the stored token, or whether another process did that already. */
  isDue(stored: StoredToken<T>, { refreshed }: SharedCall<T>): boolean {
    if (refreshed === undefined) return false;
    if (refreshed.token === stored.token.token) return true;
    const { expiryBufferMs, random } = this.#parts;
    return stored.ageMs >= refreshShare(random()) * usableLifetimeMs(stored, expiryBufferMs);
  }

  /** Writes a token under a lease, unless the cache or the source has changed its mind meanwhile. */
  async write(
    { token, lifetime }: FetchedToken<T>,
    { lease, record, call, read }: WriteContext<T>,
  ): Promise<void> {
    const { store, identity, onUnavailable, onSkipped } = this.#parts;
    if (call.isSuperseded() || lifetime === undefined) return;
    // A token of another credential must not come under this one's name.
    if (identity() !== record.identity) return;
    const text = writeTokenRecord(token, lifetime);
    if (text === undefined) return onSkipped();
    const written = await store.write(record.key, text, {
      version: "version" in read ? read.version : 0,
      fence: lease.fence,
      since: lease.since,
      lifetimeMs: lifetime.lifetimeMs,
      marks: record.marks,
      signal: call.signal,
    });
    if (written.outcome === "unavailable") onUnavailable(written);
  }
}

/** What {@link TokenRecords} needs of the cache. */
export interface TokenRecordsParts {
  readonly store: SharedStore;
  /** The source's identity, which means the same in every process. */
  readonly identity: () => string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly expiryBufferMs: number;
  readonly onUnavailable: (outcome: StoreUnavailable) => void;
  readonly onUnreadable: (reason: string) => void;
  /** Called when a token cannot be written as JSON. */
  readonly onSkipped: () => void;
}

/** The names of a record. */
export interface NamedRecord {
  /** The source's identity when the call began. */
  readonly identity: string;
  readonly key: string;
  readonly marks: readonly string[];
}

interface WriteContext<T extends AccessToken> {
  readonly lease: StoreLease;
  readonly record: NamedRecord;
  readonly call: SharedCall<T>;
  readonly read: ReadOutcome;
}
