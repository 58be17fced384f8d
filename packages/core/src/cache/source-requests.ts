import { sourceError } from "../errors/provider-error.ts";
import { TokenError } from "../errors/token-error.ts";
import type { RequestStartEvent } from "../events/token-event.ts";
import type { Turn } from "../failures/endpoint-gate.ts";
import type { FetchedToken } from "../store/shared-call.ts";
import type { RecordLifetime } from "../store/token-record.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { jwtExpiresAt } from "../token/jwt-claims.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";
import { type CacheCall, passedDown, rejectionOf } from "./cache-call.ts";
import { CacheEntry } from "./cache-entry.ts";
import { type CacheEvents, eventCode } from "./cache-events.ts";
import type { CacheSettings } from "./cache-options.ts";
import type { CacheState } from "./cache-state.ts";
import type { CacheStats } from "./cache-stats.ts";
import { tokenDeadlines } from "./deadlines.ts";
import type { InFlightRequest } from "./single-flight.ts";

/** Requests tokens from the source, one request per key at a time, and puts the results into the cache's state. */
export class SourceRequests<T extends AccessToken> {
  readonly #parts: CacheParts<T>;
  #started = 0;
  #failures = 0;
  #storeHits = 0;

  constructor(parts: CacheParts<T>) {
    this.#parts = parts;
  }

  /** The number of started requests, of failed ones, and of tokens that the shared store had in their place. */
  get counts(): Pick<CacheStats, "requests" | "failures" | "storeHits"> {
    return { requests: this.#started, failures: this.#failures, storeHits: this.#storeHits };
  }

  /** Joins the request in flight for the call's key if the call can use its token, else starts a new request. */
  ask(call: CacheCall, why: "miss" | "stale"): Promise<T> {
    const { inFlight } = this.#parts.state;
    const pending = inFlight.join(call.key, rejectionOf(call)) ?? this.#start(call, why);
    pending.wantedUntil(why === "stale" ? undefined : call.options.signal);
    pending.subjectEndsBy(call.options.subjectExpiresAt);
    return pending.promise;
  }

  #start(call: CacheCall, why: "miss" | "stale"): InFlightRequest<T> {
    const rejection = rejectionOf(call);
    const reason = rejection === undefined ? why : "rejected";
    return this.#parts.state.inFlight.start(call.key, rejection, (pending) =>
      this.#get(call, pending, reason),
    );
  }

  /** Gets a token from the shared store, or from the source. */
  async #get(
    call: CacheCall,
    pending: InFlightRequest<T>,
    reason: RequestStartEvent["reason"],
  ): Promise<T> {
    const { state } = this.#parts;
    if (state.shared === undefined) return (await this.#send(call, pending, reason)).token;
    state.followIdentity();
    const current = state.entriesOf(call.key).get(call.key);
    pending.begin(state.suspendRefused(call.key, pending));
    const { token, ageMs } = await state.shared.get({
      key: call.key,
      signal: pending.signal,
      minValidityMs: call.options.minValidityMs ?? 0,
      refreshed: reason === "stale" ? current?.token : undefined,
      refuses: (token) => pending.refuses(token),
      isSuperseded: () => pending.superseded,
      send: () => this.#send(call, pending, reason),
    });
    if (ageMs !== undefined) this.#receiveStored(call, pending, { token, ageMs });
    return token;
  }

  /** Takes a token from the shared store into memory, as old as it is. */
  #receiveStored(
    call: CacheCall,
    pending: InFlightRequest<T>,
    { token, ageMs }: { token: T; ageMs: number },
  ): void {
    const { settings, time, state, events } = this.#parts;
    const now = time.now();
    const before = state.entriesOf(call.key).get(call.key);
    this.#storeHits++;
    events.emitOf("store-hit", token, call.request);
    const sent = { sentAt: Math.floor(now - ageMs), sentAtMs: settings.clock.now() - ageMs };
    this.#receive(call, pending, { token, ...sent });
    const entry = state.entriesOf(call.key).get(call.key);
    // Another process is refreshing the token. Without a pause, each call would look at the store.
    if (before?.holds(token)) entry?.postponeRefresh(now + settings.minRefreshIntervalMs);
  }

  async #send(
    call: CacheCall,
    pending: InFlightRequest<T>,
    reason: RequestStartEvent["reason"],
  ): Promise<FetchedToken<T>> {
    const { state } = this.#parts;
    const { request } = call;
    let turn = state.endpoints.enter({ key: call.key, tenant: request?.tenant });
    const hasWaited = turn instanceof Promise;
    if (turn instanceof Promise) turn = await turn;
    try {
      pending.signal.throwIfAborted();
      if (hasWaited && !pending.begun && !pending.isWanted)
        throw new DOMException("All callers left", "AbortError");
      const fetched = await this.#request(call, pending, reason);
      this.#leave(turn, { call, error: undefined });
      return fetched;
    } catch (error) {
      this.#leave(turn, { call, error });
      if (!pending.superseded) this.#failed(call, pending, error);
      throw error;
    }
  }

  #leave(turn: Turn, { call, error }: { call: CacheCall; error: unknown }): void {
    const { endpoints, failures } = this.#parts.state;
    const tenant = call.request?.tenant;
    const hasRecovered = endpoints.leave(turn, { key: call.key, tenant, error });
    if (hasRecovered) failures.deleteOutage(tenant);
  }

  async #request(
    call: CacheCall,
    pending: InFlightRequest<T>,
    reason: RequestStartEvent["reason"],
  ): Promise<FetchedToken<T>> {
    const { source, settings, time, state, events } = this.#parts;
    const { request } = call;
    state.followIdentity();
    if (!pending.begun) pending.begin(state.suspendRefused(call.key, pending));
    const requestId = ++this.#started;
    const startedAt = settings.clock.monotonic();
    const sent = { sentAtMs: settings.clock.now(), sentAt: time.now() };
    const end = () => {
      const durationMs = settings.clock.monotonic() - startedAt;
      return { type: "request-end", requestId, durationMs } as const;
    };
    events.emit({ type: "request-start", requestId, reason }, request);
    try {
      const token = checkedToken(await source.getToken(request, passedDown(call, pending)));
      const lifetime = this.#receive(call, pending, { token, ...sent });
      events.emit(end(), request);
      return { token, lifetime };
    } catch (thrown) {
      const error = sourceError(thrown, settings.clock.now());
      state.followIdentity();
      this.#failures++;
      events.emit({ ...end(), code: eventCode(error) }, request);
      throw error;
    }
  }

  /** Records a failure. A token that one server refused stays valid for the other servers, so it is reinstated. */
  #failed({ key, request }: CacheCall, pending: InFlightRequest<T>, error: unknown): void {
    const { time, state } = this.#parts;
    const now = time.now();
    state.failures.add(error, { key, tenant: request?.tenant, now });
    const hasNoOther = TokenError.isInstance(error) && error.code === "ERR_TOKEN_REJECTED";
    const [first] = pending.rejected;
    if (hasNoOther && first !== undefined) state.replacements.add(key, first.token, now);
    if (!isAboutUser(error)) state.reinstate(key, pending.suspended);
  }

  /** Puts a token into the cache, and returns how long it may be used; `undefined` if not at all. */
  #receive(
    call: CacheCall,
    pending: InFlightRequest<T>,
    response: SourceResponse<T>,
  ): RecordLifetime | undefined {
    const { time, state, events } = this.#parts;
    const { key, request, options } = call;
    state.followIdentity();
    const now = time.now();
    const deadlines = this.#deadlines(request, pending, response);
    if (deadlines.end - now < (options.minValidityMs ?? 0)) {
      events.emitOf("short-lived", response.token, request);
    }
    if (pending.superseded) return undefined;
    state.failures.delete(key);
    if (pending.rejected.length > 0) state.replacements.add(key, response.token, now);
    if (pending.refuses(response.token)) {
      // The token that servers refused lasts no longer than before, whatever the clocks have done since.
      state.reinstate(key, pending.suspended);
    } else if (deadlines.end > now) {
      state.entriesOf(key).set(key, new CacheEntry(response.token, key, deadlines));
      return { lifetimeMs: deadlines.end - deadlines.sentAt, isStated: deadlines.isStated };
    }
    return undefined;
  }

  #deadlines(
    request: TokenRequest | undefined,
    pending: InFlightRequest<T>,
    { token, sentAt, sentAtMs }: SourceResponse<T>,
  ) {
    const { settings, events } = this.#parts;
    const subjectToken = request?.subjectToken;
    const claimed = subjectToken === undefined ? undefined : jwtExpiresAt(subjectToken);
    return tokenDeadlines(token, {
      sentAt,
      sentAtMs,
      subjectExpiresAt: pending.subjectExpiresAt ?? claimed,
      settings,
      onSkipped: (field) => events.emit({ type: "lifetime-skipped", field }, request),
      onCut: (lifetimeMs) => events.emit({ type: "lifetime-cut", lifetimeMs }, request),
    });
  }
}

/** The parts of a cache that its requests use. */
export interface CacheParts<T extends AccessToken> {
  readonly source: TokenSource<T>;
  readonly settings: CacheSettings;
  readonly time: HybridClock;
  readonly state: CacheState<T>;
  readonly events: CacheEvents;
}

/** A token, and the time of its request: as an instant of the hybrid clock and in epoch milliseconds of the wall clock. */
interface SourceResponse<T extends AccessToken> {
  readonly token: T;
  readonly sentAt: number;
  readonly sentAtMs: number;
}

/** OAuth errors about the user or the grant. After one of them, the authorization server may have revoked the user's tokens. */
const ABOUT_USER = new Set<unknown>(["invalid_grant", "access_denied", "consent_required"]);

function isAboutUser(error: unknown): boolean {
  return TokenError.isInstance(error) && ABOUT_USER.has(error.oauthError);
}

/** Tells whether the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  return TokenError.isInstance(error) && error.retryable;
}
