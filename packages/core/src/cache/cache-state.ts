import type { CacheKey } from "../key/cache-key.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheSettings } from "./cache-options.ts";
import { EndpointGates } from "./endpoint-gates.ts";
import { EntryTable, type EntryUser } from "./entry-table.ts";
import { type Layer, layerOf } from "./layer.ts";
import { NegativeCache } from "./negative-cache.ts";
import { Replacements } from "./replacements.ts";
import { type InFlightRequest, SingleFlight } from "./single-flight.ts";

/** Everything a cache remembers: entries in their two partitions, requests on their way, failures and replacements. */
export class CacheState<T extends AccessToken> {
  readonly inFlight = new SingleFlight<T>();
  readonly failures: NegativeCache;
  readonly endpoints: EndpointGates;
  readonly replacements: Replacements;
  readonly systemEntries: EntryTable<T>;
  readonly subjectEntries: EntryTable<T>;
  readonly #source: { readonly identity: string | undefined };
  readonly #beneath: Layer | undefined;
  #identity: string | undefined;
  #generation: number | undefined;

  constructor(
    source: { readonly identity: string | undefined },
    { settings, time, onEvicted }: CacheStateContext<T>,
  ) {
    this.#source = source;
    this.#beneath = layerOf(source);
    this.#identity = source.identity;
    this.#generation = this.#beneath?.generation;
    this.failures = new NegativeCache(settings);
    this.endpoints = new EndpointGates({ ...settings, time });
    this.replacements = new Replacements(settings);
    this.systemEntries = new EntryTable(settings.maxEntries, onEvicted);
    this.subjectEntries = new EntryTable(settings.maxSubjectEntries, onEvicted);
  }

  /** Whether the source is still the one whose tokens are held, and a cache in it has forgotten nothing since. */
  get isCurrent(): boolean {
    if (this.#source.identity !== this.#identity) return false;
    return this.#beneath === undefined || this.#beneath.generation === this.#generation;
  }

  /**
   * Forgets everything if the source's credential has changed, of which nothing is of use, or if a cache in the source has
   * forgotten something: what it still has costs no request.
   */
  followIdentity(): void {
    if (this.isCurrent) return;
    this.#identity = this.#source.identity;
    this.#generation = this.#beneath?.generation;
    this.clear();
  }

  /** The partition of a key: users cannot push out the tokens that no user stands behind. */
  entriesOf(key: CacheKey): EntryTable<T> {
    return key.subject === undefined ? this.systemEntries : this.subjectEntries;
  }

  /** Takes out the entry that servers refused, now that another is asked for; {@link CacheState.reinstate} puts it back. */
  suspendRefused(key: CacheKey, pending: InFlightRequest<T>): CacheEntry<T> | undefined {
    const entry = this.entriesOf(key).get(key);
    if (entry === undefined || !pending.refuses(entry.token)) return undefined;
    // A copy: the one that is taken out is killed, for the handles that hold it.
    const suspended = new CacheEntry(entry.token, key, entry.deadlines);
    this.entriesOf(key).delete(key);
    return suspended;
  }

  /** Puts a suspended entry back, unless the key has one by now. */
  reinstate(key: CacheKey, entry: CacheEntry<T> | undefined): void {
    const entries = this.entriesOf(key);
    if (entry !== undefined && entries.get(key) === undefined) entries.set(key, entry);
  }

  /** Forgets all of one key; a request on its way for it is not stored. Tells whether there was a token. */
  invalidate(key: CacheKey): boolean {
    this.inFlight.supersede(key);
    this.failures.delete(key);
    this.replacements.delete(key);
    return this.entriesOf(key).delete(key);
  }

  /** Forgets all of one user; requests on their way for it are not stored. Returns how many tokens went. */
  evict(user: EntryUser): number {
    const isOfUser = (key: CacheKey) =>
      "subject" in user ? key.subject === user.subject : key.principal === user.principal;
    this.#forgetFailures(isOfUser);
    this.endpoints.forgive(isOfUser);
    this.inFlight.supersedeWhere(isOfUser);
    return this.subjectEntries.deleteUser(user);
  }

  /** Forgets everything; requests on their way are not stored. */
  clear(): void {
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

/** What a {@link CacheState} is made for. */
export interface CacheStateContext<T extends AccessToken> {
  readonly settings: CacheSettings;
  readonly time: HybridClock;
  readonly onEvicted: (entry: CacheEntry<T>) => void;
}
