import type { StoreNotice } from "../store/store-outcomes.ts";
import { type Clock, systemClock } from "../time/clock.ts";

/** The state that memory stores of one backend share. Instants are microseconds: they grow with each command, like a server's. */
export class MemoryStoreState {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly records = new Map<string, MemoryRecord>();
  readonly leases = new Map<string, MemoryLease>();
  readonly marks = new Map<string, { readonly at: number; readonly endsAt: number }>();
  readonly listeners = new Set<(notice: StoreNotice) => void>();
  isInterrupted = false;
  losesNotices = false;
  #lastMicros = 0;

  constructor({
    clock = systemClock,
    newId = () => crypto.randomUUID(),
  }: MemoryStoreBackendOptions) {
    this.clock = clock;
    this.newId = newId;
  }

  /** The next instant, in microseconds. */
  tick(): number {
    this.#lastMicros = Math.max(Math.floor(this.clock.now() * 1_000), this.#lastMicros + 1);
    return this.#lastMicros;
  }

  record(key: string, now: number): MemoryRecord | undefined {
    const record = this.records.get(key);
    if (record === undefined || record.endsAt > now) return record;
    this.records.delete(key);
    return undefined;
  }

  lease(key: string, now: number): MemoryLease | undefined {
    const lease = this.leases.get(key);
    return lease !== undefined && lease.endsAt > now ? lease : undefined;
  }

  /** Tells whether one of the marks is not older than the instant. */
  isEvicted(marks: readonly string[], { since, now }: { since: number; now: number }): boolean {
    return marks.some((name) => {
      const mark = this.marks.get(name);
      return mark !== undefined && mark.endsAt > now && mark.at >= since;
    });
  }

  emit(notice: StoreNotice): void {
    if (this.losesNotices) return;
    for (const listener of this.listeners) listener(notice);
  }

  hearAgain(): void {
    if (!this.losesNotices) return;
    this.losesNotices = false;
    this.emit({ type: "doubtful" });
  }

  empty(): void {
    this.records.clear();
    this.leases.clear();
    this.marks.clear();
  }
}

/** Options of `createMemoryStoreBackend`. */
export interface MemoryStoreBackendOptions {
  /** The store's clock, and that of its leases. Default: the machine's. */
  readonly clock?: Clock;
  /** Makes the identifiers of leases. Default: random UUIDs. */
  readonly newId?: () => string;
}

interface MemoryRecord {
  readonly value: string;
  readonly version: number;
  readonly fence: number;
  readonly since: number;
  readonly endsAt: number;
}

interface MemoryLease {
  readonly owner: string;
  readonly fence: number;
  readonly endsAt: number;
}
