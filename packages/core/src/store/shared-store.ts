import type {
  AcquireOutcome,
  EvictOutcome,
  ReadOutcome,
  ReleaseOutcome,
  RemoveOutcome,
  RenewOutcome,
  StoreLease,
  StoreNotice,
  WriteOutcome,
} from "./store-outcomes.ts";

/**
 * Records that several processes share, with leases, fences and eviction marks. Keys, marks and values are strings; keys and
 * marks are digested before they come here. Ages and instants come from the store's clock: no clock of two machines is compared.
 *
 * Every method answers with an outcome. A method rejects only with the reason of its signal, or with a `TypeError` or
 * `RangeError` for an argument that can never be right. A store keeps none of its callers waiting without a bound.
 */
export interface SharedStore {
  /** Whether values leave this process encrypted. A cache refuses `plaintext` unless it was asked for. */
  readonly protection: "encrypted" | "plaintext";
  /** Reads a record. */
  read(key: string, options?: StoreReadOptions): Promise<ReadOutcome>;
  /** Writes a record if it still is the version that the caller knows. */
  write(key: string, value: string, options: StoreWriteOptions): Promise<WriteOutcome>;
  /** Takes the lease of a key if nobody has it. */
  acquire(key: string, options: StoreLeaseOptions): Promise<AcquireOutcome>;
  /** Lets a lease end `forMs` from now. */
  renew(lease: StoreLease, options: StoreLeaseOptions): Promise<RenewOutcome>;
  /** Ends a lease, if it is still had. */
  release(lease: StoreLease, options?: StoreCallOptions): Promise<ReleaseOutcome>;
  /** Removes a record. */
  remove(key: string, options?: StoreRemoveOptions): Promise<RemoveOutcome>;
  /** Strikes every record whose `since` is not later than now and whose readers and writers name the mark. */
  evict(mark: string, options: StoreLeaseOptions): Promise<EvictOutcome>;
  /**
   * Calls `listener` for what other processes, and this one, do to keys and marks that were named through this store. Returns the
   * end of it.
   */
  watch(listener: (notice: StoreNotice) => void): () => void;
  /** Ends connections and timers. Later calls answer `unavailable`. */
  close(): Promise<void>;
}

/** Options of every call. */
export interface StoreCallOptions {
  /** Ends the caller's wait. What was sent may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `read`. */
export interface StoreReadOptions extends StoreCallOptions {
  /** The marks that may strike the record. Default: none. */
  readonly marks?: readonly string[];
}

/** Options of `write`. */
export interface StoreWriteOptions extends StoreReadOptions {
  /** The version that the caller read; 0 if there was none. */
  readonly version: number;
  /** The fence of the lease under which the value was had. Default: that of the stored record. */
  readonly fence?: number;
  /** When the value was asked for, by the store's clock: the lease's `since`. Default: now. */
  readonly since?: number;
  /** After how many milliseconds from now the store drops the record. Default: never. */
  readonly lifetimeMs?: number;
  /** Whether to answer only when the record survives a power cut, as far as the engine can. Default `false`. */
  readonly durable?: boolean;
}

/** Options of `acquire`, `renew` and `evict`. */
export interface StoreLeaseOptions extends StoreCallOptions {
  /** How many milliseconds the lease or the mark lasts. */
  readonly forMs: number;
}

/** Options of `remove`. */
export interface StoreRemoveOptions extends StoreCallOptions {
  /** The version that the caller read. Default: any. */
  readonly version?: number;
}
