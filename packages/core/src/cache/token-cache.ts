import { TokenError } from "../errors/token-error.ts";
import { type CacheKey, cacheKey } from "../key/cache-key.ts";
import { RequestShapes } from "../key/request-shape.ts";
import { HybridClock } from "../time/hybrid-clock.ts";
import { untilAborted } from "../time/until-aborted.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkGetTokenOptions } from "../token/get-token-options.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";
import { type CacheCall, rejectionOf } from "./cache-call.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { CacheEvents, eventCode } from "./cache-events.ts";
import type { CacheSettings } from "./cache-options.ts";
import { CacheState } from "./cache-state.ts";
import type { CacheStats } from "./cache-stats.ts";
import { withLastResort } from "./last-resort.ts";
import { notRefused, refusedAgain } from "./replacements.ts";
import { isPassing, SourceRequests } from "./source-requests.ts";

/** The core of a caching token source. It decides for each call whether the cached entry can be used. */
export class TokenCache<T extends AccessToken> {
  readonly #source: TokenSource<T>;
  readonly #settings: CacheSettings;
  readonly #time: HybridClock;
  readonly #state: CacheState<T>;
  readonly #events: CacheEvents;
  readonly #requests: SourceRequests<T>;
  readonly #shapes = new RequestShapes();
  readonly #counts = { hits: 0, stale: 0, misses: 0, rejected: 0, evicted: 0 };
  #closed: TokenError | undefined;

  constructor(source: TokenSource<T>, settings: CacheSettings) {
    this.#source = source;
    this.#settings = settings;
    const time = new HybridClock(settings.clock);
    const events = new CacheEvents(settings, source);
    const state = new CacheState<T>(source, {
      settings,
      time,
      events,
      onEvicted: (entry) => {
        this.#counts.evicted++;
        events.emitOf("evicted", entry.token);
      },
    });
    this.#time = time;
    this.#state = state;
    this.#events = events;
    this.#requests = new SourceRequests({ source, settings, time, state, events });
  }

  /** Forgets what a caller no longer wants. */
  get forget(): Pick<CacheState<T>, "invalidate" | "evict" | "evictEverywhere" | "clear"> {
    return this.#state;
  }

  /** The error of calls after `close`; `undefined` while the cache is open. */
  get closed(): TokenError | undefined {
    return this.#closed;
  }

  get identity(): string | undefined {
    return this.#source.identity;
  }

  get stats(): CacheStats {
    return {
      ...this.#counts,
      ...this.#requests.counts,
      entries: this.#state.systemEntries.size,
      subjectEntries: this.#state.subjectEntries.size,
      inFlight: this.#state.inFlight.size,
    };
  }

  /**
   * Computes the key of a request.
   *
   * @throws TypeError naming the field that is blank or of a wrong type.
   */
  keyOf(request: TokenRequest | undefined): CacheKey {
    return cacheKey(request, this.#shapes);
  }

  /** Computes the key of the same subject for another target. It reuses the subject's digest. */
  keyFor(subject: CacheKey, target: TokenRequest): CacheKey {
    return { ...subject, shape: this.#shapes.textOf(target) };
  }

  /** Returns the key's entry in any state. */
  entry(key: CacheKey): CacheEntry<T> | undefined {
    return this.#state.entriesOf(key).get(key);
  }

  /** Tells whether an entry is fresh. A hit runs only this method and {@link hit}. */
  isFresh(entry: CacheEntry<T>): boolean {
    return this.#time.now() < entry.soft && this.#state.isCurrent;
  }

  /** Records that a fresh entry was used. */
  hit(entry: CacheEntry<T>, request: TokenRequest | undefined): void {
    entry.visited = true;
    this.#counts.hits++;
    if (this.#events.hasListener) this.#events.emitOf("hit", entry.token, request);
  }

  /** Returns the token of an entry that may still be used. Its only effect is that the entry counts as used. */
  peek(entry: CacheEntry<T> | undefined): T | undefined {
    if (entry === undefined || this.#time.now() >= entry.hard) return undefined;
    if (!this.#state.isCurrent) return undefined;
    entry.visited = true;
    return entry.token;
  }

  /** Returns the cached token, or the token of a request that all callers of the key share. */
  respond(call: CacheCall): Promise<T> {
    const { key, request, options } = call;
    checkGetTokenOptions(options);
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.#state.followIdentity();
    const now = this.#time.now();
    const rejection = rejectionOf(call);
    const entry = this.entry(key);
    if (rejection !== undefined) {
      const current = entry?.token;
      const refusal = { key, ...rejection };
      if (this.#state.replacements.isFinal(refusal, { current, now })) {
        return Promise.reject(refusedAgain());
      }
      if (entry?.holds(rejection.token)) {
        this.#counts.rejected++;
        this.#events.emitOf("rejected", entry.token, request);
        return this.#ask(call, undefined);
      }
    }
    if (entry === undefined || !this.#serves(entry, call, now)) return this.#ask(call, entry);
    if (now < entry.soft) this.hit(entry, request);
    else this.#refreshAhead(call, entry, now);
    return Promise.resolve(entry.token);
  }

  /** Aborts every request in flight. Every later call fails. */
  close(): void {
    this.#closed ??= new TokenError("ERR_TOKEN_CLOSED", "Cannot get a token: the source is closed");
    this.#state.inFlight.abort(this.#closed);
    this.#state.endpoints.end(this.#closed);
    this.#state.shared?.close();
    this.#state.forgetAll();
  }

  #serves(entry: CacheEntry<T>, { options, request }: CacheCall, now: number): boolean {
    const { minValidityMs = 0, subjectExpiresAt } = options;
    if (subjectExpiresAt !== undefined) entry.limit(this.#time.at(subjectExpiresAt));
    if (now >= entry.hard) return false;
    if (entry.end - now >= minValidityMs) return true;
    // If all tokens of the source are shorter than `minValidityMs`, a request at each call would not help.
    if (now - entry.sentAt >= this.#settings.minRefreshIntervalMs) return false;
    this.#events.emitOf("short-lived", entry.token, request);
    return true;
  }

  /**
   * Requests a token for a call.
   *
   * @param entry the key's expired entry, which may serve as a last resort.
   */
  #ask(call: CacheCall, entry: CacheEntry<T> | undefined): Promise<T> {
    const { request, options } = call;
    const { signal } = options;
    if (this.#isBetterThanAWait(entry, call)) {
      this.#refreshAhead(call, entry, this.#time.now());
      return Promise.resolve(entry.token);
    }
    this.#counts.misses++;
    this.#events.emit({ type: "miss" }, request);
    const failure = this.#failure(call);
    const response =
      failure === undefined ? this.#requests.ask(call, "miss") : Promise.reject<T>(failure);
    return untilAborted(this.#settled(call, { entry, response }), signal);
  }

  /** Adapts the response of a shared request to a call: a token that the call's server refused becomes an error. */
  #settled(
    call: CacheCall,
    { entry, response }: { entry: CacheEntry<T> | undefined; response: Promise<T> },
  ): Promise<T> {
    const { rejected } = call.options;
    if (rejected !== undefined) return response.then((token) => notRefused(token, rejected));
    const settled = response.catch((error: unknown) => this.#lastResort(call, { entry, error }));
    if (!entry?.isLastResort(this.#time.now())) return settled;
    const { clock, maxProbeWaitMs: maxWaitMs } = this.#settings;
    return withLastResort(settled, entry, { clock, time: this.#time, maxWaitMs });
  }

  /** Returns the failure that makes a request for the call's key pointless now. */
  #failure({ key, request }: CacheCall): TokenError | undefined {
    const { endpoints, failures } = this.#state;
    const isDown = endpoints.isDown(request?.tenant);
    return failures.recall(key, { now: this.#time.now(), isDown });
  }

  /** Tells whether to use a token that has not expired yet, in place of waiting for an endpoint that is down. */
  #isBetterThanAWait(
    entry: CacheEntry<T> | undefined,
    { key, request, options }: CacheCall,
  ): entry is CacheEntry<T> {
    if (entry === undefined || options.rejected !== undefined) return false;
    const isHeld = this.#state.endpoints.isHeld({ key, tenant: request?.tenant });
    return isHeld && entry.isLastResort(this.#time.now());
  }

  /**
   * Handles a failed request. It returns a newer token if the key has one, for example a token that only another server refused.
   * After a retryable failure, it returns the old token between its hard deadline and its expiry.
   */
  #lastResort(
    { key }: CacheCall,
    { entry, error }: { entry: CacheEntry<T> | undefined; error: unknown },
  ): T {
    const now = this.#time.now();
    const current = this.#state.isCurrent ? this.entry(key) : undefined;
    if (current !== undefined && current !== entry && now < current.hard) return current.token;
    if (isPassing(error) && entry?.isLastResort(now)) return entry.token;
    throw error;
  }

  #refreshAhead(call: CacheCall, entry: CacheEntry<T>, now: number): void {
    const { key, request } = call;
    entry.visited = true;
    entry.postponeRefresh(now + this.#settings.minRefreshIntervalMs);
    this.#counts.stale++;
    this.#events.emitOf("stale", entry.token, request);
    if (this.#state.inFlight.has(key) || this.#failure(call) !== undefined) return;
    this.#requests.ask(call, "stale").catch((error: unknown) => {
      this.#events.emit({ type: "refresh-failed", code: eventCode(error) }, request);
    });
  }
}
