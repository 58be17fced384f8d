/** What the methods of a shared store answer. A store answers with an outcome where other interfaces throw. */

/** The store did not do it, or nobody knows whether it did. */
export interface StoreUnavailable {
  readonly outcome: "unavailable";
  /** Why, for messages and events. It names no key and no value. */
  readonly reason: string;
  /** Whether the engine may have carried the command out all the same. Read before you repeat a write. */
  readonly sent: boolean;
}

/** A record that the store holds. */
export interface StoredRecord {
  readonly outcome: "found";
  readonly value: string;
  /** 1 for a new record, one more with each write. */
  readonly version: number;
  /** The fence of the last write. */
  readonly fence: number;
  /** The instant that the last write named, by the store's clock. */
  readonly since: number;
  /** Milliseconds since that instant, by the store's clock. */
  readonly ageMs: number;
  /** Milliseconds until the store drops the record; `undefined` if it does not. */
  readonly leftMs: number | undefined;
}

/** A record that is there and cannot be used: its encryption does not fit. */
export interface UnreadableRecord {
  readonly outcome: "unreadable";
  /**
   * `unknown-key`: written with a key that this process does not have. `moved`: written under another name or as another
   * version. `damaged`: changed, or never encrypted.
   */
  readonly reason: "unknown-key" | "moved" | "damaged";
  readonly version: number;
}

/** The answer to `read`. `evicted`: a record is there, and one of the marks strikes it. */
export type ReadOutcome =
  | StoredRecord
  | UnreadableRecord
  | { readonly outcome: "absent" }
  | { readonly outcome: "evicted"; readonly version: number }
  | StoreUnavailable;

/**
 * The answer to `write`. `newer`: the record is not the version that was named, or a later lease wrote it. `evicted`: a mark is
 * not older than `since`. In both cases nothing was changed.
 */
export type WriteOutcome =
  | { readonly outcome: "stored"; readonly version: number }
  | { readonly outcome: "newer" }
  | { readonly outcome: "evicted" }
  | StoreUnavailable;

/** The right to fetch or redeem for a key, for a limited time. */
export interface StoreLease {
  /** The name of the record in the engine. */
  readonly key: string;
  /** A new identifier for each lease. */
  readonly owner: string;
  /** Higher than the fence of each lease and each write before it. */
  readonly fence: number;
  /** When the lease was had, by the store's clock. */
  readonly since: number;
  /**
   * Milliseconds until the lease ends, by the clock of this process, counted from before it was asked for. Ask right before
   * the work that the lease protects: a process that slept finds zero.
   */
  leftMs(): number;
}

/** The answer to `acquire`. `held`: another has the lease, for `leftMs` at most. */
export type AcquireOutcome =
  | { readonly outcome: "acquired"; readonly lease: StoreLease }
  | { readonly outcome: "held"; readonly leftMs: number }
  | StoreUnavailable;

/** The answer to `renew`. `lost`: the lease has ended, and perhaps another has it. */
export type RenewOutcome =
  | { readonly outcome: "renewed"; readonly lease: StoreLease }
  | { readonly outcome: "lost" }
  | StoreUnavailable;

/** The answer to `release`. `lost`: there was nothing of this lease to release, and nothing was changed. */
export type ReleaseOutcome =
  | { readonly outcome: "released" }
  | { readonly outcome: "lost" }
  | StoreUnavailable;

/** The answer to `remove`. `newer`: the record has another version than the one named, and stays. */
export type RemoveOutcome =
  | { readonly outcome: "removed" }
  | { readonly outcome: "newer" }
  | { readonly outcome: "absent" }
  | StoreUnavailable;

/** The answer to `evict`. Anything but `marked` has to reach the caller, who believes that the user is out. */
export type EvictOutcome = { readonly outcome: "marked" } | StoreUnavailable;

/**
 * What `watch` tells. `evicted` and `written` name a mark or a key; `doubtful` says that messages may be missing, so everything
 * in memory has to be compared with the store at its next use.
 */
export type StoreNotice =
  | { readonly type: "evicted"; readonly mark: string }
  | { readonly type: "written"; readonly key: string }
  | { readonly type: "doubtful" };
