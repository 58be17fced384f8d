import type { AccessToken } from "./access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import type { CacheSettings } from "./cache-options.ts";
import { EntryTable } from "./entry-table.ts";
import { FailureMemory } from "./failure-memory.ts";
import { Flights } from "./flights.ts";

/** Everything a cache remembers: entries in their two partitions, requests on their way, and failures. */
export class CacheMemory<T extends AccessToken> {
  readonly flights = new Flights<T>();
  readonly failures: FailureMemory;
  readonly systemEntries: EntryTable<T>;
  readonly subjectEntries: EntryTable<T>;
  readonly #source: { readonly identity: string | undefined };
  #identity: string | undefined;

  constructor(
    source: { readonly identity: string | undefined },
    settings: CacheSettings,
    { onEvicted }: { onEvicted: (entry: CacheEntry<T>) => void },
  ) {
    this.#source = source;
    this.#identity = source.identity;
    this.failures = new FailureMemory(settings);
    this.systemEntries = new EntryTable(settings.maxEntries, onEvicted);
    this.subjectEntries = new EntryTable(settings.maxSubjectEntries, onEvicted);
  }

  /** Whether the source is still the one whose tokens are held. */
  get isCurrent(): boolean {
    return this.#source.identity === this.#identity;
  }

  /** Forgets everything if the source's credential has changed: nothing that the old one brought is of use. */
  followIdentity(): void {
    if (this.isCurrent) return;
    this.#identity = this.#source.identity;
    this.forgetWhere(() => true);
    this.failures.clear();
  }

  /** The partition of a key: users cannot push out the tokens that no user stands behind. */
  entriesOf(key: CacheKey): EntryTable<T> {
    return key.subject === undefined ? this.systemEntries : this.subjectEntries;
  }

  /** Forgets the keys that pass the test; requests on their way for them are not stored. Returns how many tokens went. */
  forgetWhere(test: (key: CacheKey) => boolean): number {
    this.flights.supersedeWhere(test);
    this.failures.forgetWhere(test);
    return (
      this.systemEntries.deleteWhere(test, { subjects: false }) +
      this.subjectEntries.deleteWhere(test, { subjects: true })
    );
  }
}
