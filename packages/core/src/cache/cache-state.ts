import { EndpointGates } from "../failures/endpoint-gates.ts";
import { NegativeCache } from "../failures/negative-cache.ts";
import type { CacheKey } from "../key/cache-key.ts";
import type { SharedTokens } from "../store/shared-tokens.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenSource } from "../token/token-source.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheEvents } from "./cache-events.ts";
import type { CacheSettings } from "./cache-options.ts";
import { EntryTable, type EntryUser } from "./entry-table.ts";
import { type Layer, layerOf } from "./layer.ts";
import { Replacements } from "./replacements.ts";
import { sharedTokens } from "./shared-level.ts";
import { type InFlightRequest, SingleFlight } from "./single-flight.ts";

/** The state of a cache: entries in two partitions, requests in flight, failures and replacements. */
export class CacheState<T extends AccessToken> {
  readonly inFlight = new SingleFlight<T>();
  readonly failures: NegativeCache;
  readonly endpoints: EndpointGates;
  readonly replacements: Replacements;
  readonly systemEntries: EntryTable<T>;
  readonly subjectEntries: EntryTable<T>;
  /** The second level, if there is one. */
  readonly shared: SharedTokens<T> | undefined;
  readonly #source: TokenSource<T>;
  readonly #beneath: Layer | undefined;
  #identity: string | undefined;
  #generation: number | undefined;

  constructor(source: TokenSource<T>, { settings, time, events, onEvicted }: CacheStateContext<T>) {
    this.#source = source;
    this.#beneath = layerOf(source);
    this.#identity = source.identity;
    this.#generation = this.#beneath?.generation;
    this.failures = new NegativeCache(settings);
    this.endpoints = new EndpointGates({ ...settings, time });
    this.replacements = new Replacements(settings);
    this.systemEntries = new EntryTable(settings.maxEntries, onEvicted);
    this.subjectEntries = new EntryTable(settings.maxSubjectEntries, onEvicted);
    this.shared = sharedTokens(source, {
      settings,
      events,
      onEvicted: (user) => this.#forgetUser(user),
      onDoubt: () => {
        for (const table of [this.systemEntries, this.subjectEntries]) table.doubt(time.now());
      },
    });
  }

  /** Whether the source's identity is unchanged, and the caches inside the source have forgotten nothing. */
  get isCurrent(): boolean {
    if (this.#source.identity !== this.#identity) return false;
    return this.#beneath === undefined || this.#beneath.generation === this.#generation;
  }

  /**
   * Forgets everything if the source's identity has changed, since the old tokens are then useless, or if a cache inside the
   * source has forgotten something. Tokens that the inner cache still holds cost no request.
   */
  followIdentity(): void {
    if (this.isCurrent) return;
    this.#identity = this.#source.identity;
    this.#generation = this.#beneath?.generation;
    this.forgetAll();
  }

  /** Returns the partition of a key. System tokens have a partition of their own, so user tokens cannot evict them. */
  entriesOf(key: CacheKey): EntryTable<T> {
    return key.subject === undefined ? this.systemEntries : this.subjectEntries;
  }

  /** Removes the refused entry when the request for another token begins. {@link CacheState.reinstate} puts it back. */
  suspendRefused(key: CacheKey, pending: InFlightRequest<T>): CacheEntry<T> | undefined {
    const entry = this.entriesOf(key).get(key);
    if (entry === undefined || !pending.refuses(entry.token)) return undefined;
    // The removed entry is killed for the handles that hold it, so the suspended entry is a copy.
    const suspended = new CacheEntry(entry.token, key, entry.deadlines);
    this.entriesOf(key).delete(key);
    return suspended;
  }

  /** Puts a suspended entry back, unless the key has another entry now. */
  reinstate(key: CacheKey, entry: CacheEntry<T> | undefined): void {
    const entries = this.entriesOf(key);
    if (entry !== undefined && entries.get(key) === undefined) entries.set(key, entry);
  }

  /** Forgets everything about one key; the token of a request in flight is not stored. Tells whether there was a token. */
  invalidate(key: CacheKey): boolean {
    this.inFlight.supersede(key);
    this.failures.delete(key);
    this.replacements.delete(key);
    this.shared?.invalidate(key).catch(() => {});
    return this.entriesOf(key).delete(key);
  }

  /** Forgets everything about one user; tokens of requests in flight are not stored. Returns the number of removed tokens. */
  evict(user: EntryUser): number {
    // A failure is told as an event. Who has to know calls `evictEverywhere`.
    this.shared?.evict(user).catch(() => {});
    return this.#forgetUser(user);
  }

  /** Does the same, and resolves when the shared store has struck the user's tokens for all processes. */
  async evictEverywhere(user: EntryUser): Promise<number> {
    const evicted = this.#forgetUser(user);
    await this.shared?.evict(user);
    return evicted;
  }

  /** Forgets everything; tokens of requests in flight are not stored. */
  clear(): void {
    this.shared?.clear().catch(() => {});
    this.forgetAll();
  }

  #forgetUser(user: EntryUser): number {
    const isOfUser = (key: CacheKey) =>
      "subject" in user ? key.subject === user.subject : key.principal === user.principal;
    this.#forgetFailures(isOfUser);
    this.endpoints.forgive(isOfUser);
    this.inFlight.supersedeWhere(isOfUser);
    return this.subjectEntries.deleteUser(user);
  }

  /** Forgets what this process holds, and leaves the shared store as it is. */
  forgetAll(): void {
    this.#forgetFailures(() => true);
    this.endpoints.lift();
    this.inFlight.supersedeWhere(() => true);
    this.systemEntries.clear();
    this.subjectEntries.clear();
  }

  #forgetFailures(test: (key: CacheKey) => boolean): void {
    this.failures.deleteWhere(test);
    this.replacements.deleteWhere(test);
  }
}

/** What a {@link CacheState} needs from its cache. */
export interface CacheStateContext<T extends AccessToken> {
  readonly settings: CacheSettings;
  readonly time: HybridClock;
  readonly events: CacheEvents;
  readonly onEvicted: (entry: CacheEntry<T>) => void;
}
