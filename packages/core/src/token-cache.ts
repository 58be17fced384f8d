import { untilAborted } from "./abort.ts";
import type { AccessToken } from "./access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { type CacheKey, cacheKey } from "./cache-key.ts";
import { CacheMemory } from "./cache-memory.ts";
import type { CacheSettings } from "./cache-options.ts";
import { EventTeller, eventCode } from "./event-teller.ts";
import { RequestShapes } from "./request-shape.ts";
import { type CacheCall, SourceRequests } from "./source-requests.ts";
import { Timeline } from "./timeline.ts";
import { TokenError } from "./token-error.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";

/** What a cache has done since it was made, and what it holds now. */
export interface CacheStats {
  /** Calls answered with a fresh token. */
  readonly hits: number;
  /** Calls answered with a stale token, which was then refreshed ahead. */
  readonly stale: number;
  /** Calls that had to wait for a request, or were told of one that had failed. */
  readonly misses: number;
  /** Requests made of the source. */
  readonly requests: number;
  /** Requests that failed. */
  readonly failures: number;
  /** Cached tokens that a server refused. */
  readonly rejected: number;
  /** Tokens pushed out by others. */
  readonly evicted: number;
  /** Tokens held that no user stands behind. */
  readonly entries: number;
  /** Tokens held for users. */
  readonly subjectEntries: number;
  /** Keys with a request on its way. */
  readonly inFlight: number;
}

/** The machine inside a caching token source: decides for each call whether the entry will do. */
export class TokenCache<T extends AccessToken> {
  readonly #source: TokenSource<T>;
  readonly #settings: CacheSettings;
  readonly #timeline: Timeline;
  readonly #memory: CacheMemory<T>;
  readonly #events: EventTeller;
  readonly #requests: SourceRequests<T>;
  readonly #shapes = new RequestShapes();
  readonly #counts = { hits: 0, stale: 0, misses: 0, rejected: 0, evicted: 0 };
  #closed: TokenError | undefined;

  constructor(source: TokenSource<T>, settings: CacheSettings) {
    this.#source = source;
    this.#settings = settings;
    const timeline = new Timeline(settings.clock);
    const events = new EventTeller(settings, source);
    const memory = new CacheMemory<T>(source, settings, {
      onEvicted: (entry) => {
        this.#counts.evicted++;
        events.tellOf("evicted", entry.token);
      },
    });
    this.#timeline = timeline;
    this.#memory = memory;
    this.#events = events;
    this.#requests = new SourceRequests({ source, settings, timeline, memory, events });
  }

  get identity(): string | undefined {
    return this.#source.identity;
  }

  get stats(): CacheStats {
    return {
      ...this.#counts,
      ...this.#requests.counts,
      entries: this.#memory.systemEntries.size,
      subjectEntries: this.#memory.subjectEntries.size,
      inFlight: this.#memory.flights.size,
    };
  }

  /**
   * Works out the key of a request.
   *
   * @throws TypeError naming the field that is blank or of a wrong type.
   */
  keyOf(request: TokenRequest | undefined): CacheKey {
    return cacheKey(request, this.#shapes);
  }

  /** Works out the key of the same subject's request for another target, without its digest. */
  keyFor(subject: CacheKey, target: TokenRequest): CacheKey {
    return { ...subject, shape: this.#shapes.textOf(target) };
  }

  /** Returns the key's entry, whatever its state. */
  entry(key: CacheKey): CacheEntry<T> | undefined {
    return this.#memory.entriesOf(key).get(key);
  }

  /** Tells whether an entry may be handed out as it is. This and {@link hit} are all that a hit costs. */
  isFresh(entry: CacheEntry<T>): boolean {
    return this.#timeline.now() < entry.soft && this.#memory.isCurrent;
  }

  /** Takes note that a fresh entry was handed out. */
  hit(entry: CacheEntry<T>, request: TokenRequest | undefined): void {
    entry.visited = true;
    this.#counts.hits++;
    if (this.#events.hasListener) this.#events.tellOf("hit", entry.token, request);
  }

  /** Returns the token of an entry that may still be handed out, with no other effect than that of a use. */
  peek(entry: CacheEntry<T> | undefined): T | undefined {
    if (entry === undefined || this.#timeline.now() >= entry.hard) return undefined;
    if (!this.#memory.isCurrent) return undefined;
    entry.visited = true;
    return entry.token;
  }

  /** Answers a call from the cache, else by a request that it shares with every other caller of the key. */
  answer(call: CacheCall): Promise<T> {
    const { key, request, options } = call;
    checkOptions(options);
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#memory.followIdentity();
    const now = this.#timeline.now();
    if (this.#dropsRejected(call)) this.#memory.failures.refused(key, now);
    const entry = this.entry(key);
    if (entry === undefined || !this.#serves(entry, call, now)) return this.#ask(call, entry);
    if (now < entry.soft) this.hit(entry, request);
    else this.#refreshAhead(call, entry, now);
    return Promise.resolve(entry.token);
  }

  /** Forgets the keys that pass the test; returns how many tokens went. */
  forgetWhere(test: (key: CacheKey) => boolean): number {
    return this.#memory.forgetWhere(test);
  }

  /** Ends every request on its way and every further call. */
  close(): void {
    this.#closed ??= new TokenError("ERR_TOKEN_CLOSED", "Cannot get a token: the source is closed");
    this.#memory.flights.abort(this.#closed);
    this.#memory.forgetWhere(() => true);
  }

  /** Drops the entry if it holds the very token that the caller had refused. */
  #dropsRejected({ key, request, options: { rejected } }: CacheCall): boolean {
    const entry = rejected && this.entry(key);
    if (entry === undefined || !entry.holds(rejected as AccessToken)) return false;
    this.#memory.entriesOf(key).delete(key);
    this.#counts.rejected++;
    this.#events.tellOf("rejected", entry.token, request);
    return true;
  }

  #serves(entry: CacheEntry<T>, { options, request }: CacheCall, now: number): boolean {
    const { minValidityMs = 0, subjectExpiresAt } = options;
    if (subjectExpiresAt !== undefined) entry.limit(this.#timeline.at(subjectExpiresAt));
    if (now >= entry.hard) return false;
    if (entry.end - now >= minValidityMs) return true;
    // A source whose tokens are all shorter than that is not asked again at each call.
    if (now - entry.sentAt >= this.#settings.minRefreshIntervalMs) return false;
    this.#events.tellOf("short-lived", entry.token, request);
    return true;
  }

  #ask(call: CacheCall, entry: CacheEntry<T> | undefined): Promise<T> {
    const { key, request, options } = call;
    this.#counts.misses++;
    this.#events.tell({ type: "miss" }, request);
    const asked = { key, tenant: request?.tenant, now: this.#timeline.now() };
    const known = this.#memory.failures.recall(asked);
    const answer =
      known === undefined ? this.#requests.ask(call, "miss") : Promise.reject<T>(known);
    const resort = (error: unknown) => this.#lastResort(entry, error);
    return untilAborted(entry === undefined ? answer : answer.catch(resort), options.signal);
  }

  /** Between its hard deadline and its end a token is better than none, if a refresh failed for the moment. */
  #lastResort(entry: CacheEntry<T> | undefined, error: unknown): T {
    const passing = TokenError.isInstance(error) && error.retryable;
    if (passing && entry?.isLastResort(this.#timeline.now())) return entry.token;
    throw error;
  }

  #refreshAhead(call: CacheCall, entry: CacheEntry<T>, now: number): void {
    const { key, request } = call;
    entry.visited = true;
    entry.postponeRefresh(now + this.#settings.minRefreshIntervalMs);
    this.#counts.stale++;
    this.#events.tellOf("stale", entry.token, request);
    const { flights, failures } = this.#memory;
    if (flights.has(key) || failures.recall({ key, tenant: request?.tenant, now })) return;
    this.#requests.ask(call, "stale").catch((error: unknown) => {
      this.#events.tell({ type: "refresh-failed", code: eventCode(error) }, request);
    });
  }
}

function checkOptions(options: GetTokenOptions): void {
  const { rejected } = options;
  if (rejected !== undefined && typeof rejected?.token !== "string") {
    throw new TypeError('Cannot get a token: "rejected" must be the access token that was refused');
  }
  for (const name of ["minValidityMs", "subjectExpiresAt"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new RangeError(
      `Cannot get a token: "${name}" must be a number of milliseconds from 0 up`,
    );
  }
}
