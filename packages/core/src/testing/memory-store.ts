import { LeaseClock } from "../store/lease-clock.ts";
import type {
  SharedStore,
  StoreCallOptions,
  StoreLeaseOptions,
  StoreReadOptions,
  StoreRemoveOptions,
  StoreWriteOptions,
} from "../store/shared-store.ts";
import { checkDuration, checkMarks, checkStoreName, checkWrite } from "../store/store-arguments.ts";
import type {
  AcquireOutcome,
  EvictOutcome,
  ReadOutcome,
  ReleaseOutcome,
  RemoveOutcome,
  RenewOutcome,
  StoreLease,
  StoreNotice,
  StoreUnavailable,
  WriteOutcome,
} from "../store/store-outcomes.ts";
import type { MemoryStoreState } from "./memory-store-state.ts";

/** One process's view of a memory backend. */
export class MemoryStore implements SharedStore {
  readonly protection = "plaintext";
  readonly #state: MemoryStoreState;
  readonly #leaseClock: LeaseClock;
  readonly #ends = new Set<() => void>();
  #isClosed = false;

  constructor(state: MemoryStoreState) {
    this.#state = state;
    this.#leaseClock = new LeaseClock(state.clock);
  }

  async read(key: string, options: StoreReadOptions = {}): Promise<ReadOutcome> {
    checkStoreName(key, "key");
    checkMarks(options);
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const now = this.#state.tick();
    const record = this.#state.record(key, now);
    if (record === undefined) return { outcome: "absent" };
    const { value, version, fence, since, endsAt } = record;
    if (this.#state.isEvicted(options.marks ?? [], { since, now })) {
      return { outcome: "evicted", version };
    }
    const leftMs = endsAt === Number.POSITIVE_INFINITY ? undefined : (endsAt - now) / 1_000;
    return { outcome: "found", value, version, fence, since, ageMs: (now - since) / 1_000, leftMs };
  }

  async write(key: string, value: string, options: StoreWriteOptions): Promise<WriteOutcome> {
    checkStoreName(key, "key");
    checkWrite(value, options);
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const now = this.#state.tick();
    const stored = this.#state.record(key, now);
    const { version, since = now, lifetimeMs = Number.POSITIVE_INFINITY, marks = [] } = options;
    const fence = options.fence ?? stored?.fence ?? 0;
    if (this.#state.isEvicted(marks, { since, now })) return { outcome: "evicted" };
    if ((stored?.version ?? 0) !== version || (stored?.fence ?? 0) > fence)
      return { outcome: "newer" };
    const record = { value, version: version + 1, fence, since, endsAt: now + lifetimeMs * 1_000 };
    this.#state.records.set(key, record);
    this.#state.emit({ type: "written", key });
    return { outcome: "stored", version: record.version };
  }

  async acquire(key: string, options: StoreLeaseOptions): Promise<AcquireOutcome> {
    checkStoreName(key, "key");
    checkDuration(options, "acquire a lease");
    const [askedAt, { forMs }] = [this.#leaseClock.now(), options];
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const now = this.#state.tick();
    const held = this.#state.lease(key, now);
    if (held !== undefined) return { outcome: "held", leftMs: (held.endsAt - now) / 1_000 };
    const before = Math.max(
      this.#state.leases.get(key)?.fence ?? 0,
      this.#state.record(key, now)?.fence ?? 0,
    );
    const lease = { owner: this.#state.newId(), fence: Math.max(now, before + 1) };
    this.#state.leases.set(key, { ...lease, endsAt: now + forMs * 1_000 });
    return {
      outcome: "acquired",
      lease: this.#leaseClock.lease({ ...lease, key, since: now }, { askedAt, forMs }),
    };
  }

  async renew(lease: StoreLease, options: StoreLeaseOptions): Promise<RenewOutcome> {
    checkDuration(options, "renew a lease");
    const [askedAt, { forMs }] = [this.#leaseClock.now(), options];
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const now = this.#state.tick();
    const held = this.#state.lease(lease.key, now);
    if (held?.owner !== lease.owner) return { outcome: "lost" };
    this.#state.leases.set(lease.key, { ...held, endsAt: now + forMs * 1_000 });
    return { outcome: "renewed", lease: this.#leaseClock.lease(lease, { askedAt, forMs }) };
  }

  async release(lease: StoreLease, options: StoreCallOptions = {}): Promise<ReleaseOutcome> {
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const now = this.#state.tick();
    const held = this.#state.lease(lease.key, now);
    if (held?.owner !== lease.owner) return { outcome: "lost" };
    this.#state.leases.set(lease.key, { ...held, endsAt: now });
    return { outcome: "released" };
  }

  async remove(key: string, options: StoreRemoveOptions = {}): Promise<RemoveOutcome> {
    checkStoreName(key, "key");
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const stored = this.#state.record(key, this.#state.tick());
    if (stored === undefined) return { outcome: "absent" };
    if (options.version !== undefined && options.version !== stored.version)
      return { outcome: "newer" };
    this.#state.records.delete(key);
    this.#state.emit({ type: "written", key });
    return { outcome: "removed" };
  }

  async evict(mark: string, options: StoreLeaseOptions): Promise<EvictOutcome> {
    checkStoreName(mark, "mark");
    checkDuration(options, "evict");
    const unavailable = this.#refusal(options);
    if (unavailable !== undefined) return unavailable;
    const at = this.#state.tick();
    const endsAt = Math.max(at + options.forMs * 1_000, this.#state.marks.get(mark)?.endsAt ?? 0);
    this.#state.marks.set(mark, { at, endsAt });
    this.#state.emit({ type: "evicted", mark });
    return { outcome: "marked" };
  }

  watch(listener: (notice: StoreNotice) => void): () => void {
    const own = (notice: StoreNotice) => listener(notice);
    const end = () => {
      this.#state.listeners.delete(own);
      this.#ends.delete(end);
    };
    this.#state.listeners.add(own);
    this.#ends.add(end);
    return end;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#ends) end();
  }

  #refusal({ signal }: StoreCallOptions): StoreUnavailable | undefined {
    signal?.throwIfAborted();
    const reason = this.#isClosed ? "the store is closed" : "the store is interrupted";
    if (!this.#isClosed && !this.#state.isInterrupted) return undefined;
    return { outcome: "unavailable", reason, sent: false };
  }
}
