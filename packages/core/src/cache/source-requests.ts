import { sourceError } from "../errors/provider-error.ts";
import { TokenError } from "../errors/token-error.ts";
import type { RequestStartEvent } from "../events/token-event.ts";
import type { CacheKey } from "../key/cache-key.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { jwtExpiresAt } from "../token/jwt-claims.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import { CacheEntry } from "./cache-entry.ts";
import { type CacheEvents, eventCode } from "./cache-events.ts";
import type { CacheSettings } from "./cache-options.ts";
import type { CacheState } from "./cache-state.ts";
import { tokenDeadlines } from "./deadlines.ts";
import type { Turn } from "./endpoint-gate.ts";
import type { InFlightRequest, Rejection } from "./single-flight.ts";

/** One call for a token, with the key of its request. */
export interface CacheCall {
  readonly key: CacheKey;
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions;
}

/** Returns the refused token that a call names, with its server. */
export function rejectionOf({ options }: CacheCall): Rejection | undefined {
  const { rejected, rejectedBy } = options;
  return rejected && { token: rejected, by: rejectedBy };
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

/** Requests tokens from the source, one request per key at a time, and puts the results into the cache's state. */
export class SourceRequests<T extends AccessToken> {
  readonly #parts: CacheParts<T>;
  #started = 0;
  #failures = 0;

  constructor(parts: CacheParts<T>) {
    this.#parts = parts;
  }

  /** The number of started requests, and of failed requests. */
  get counts(): { readonly requests: number; readonly failures: number } {
    return { requests: this.#started, failures: this.#failures };
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
      this.#send(call, pending, reason),
    );
  }

  async #send(
    call: CacheCall,
    pending: InFlightRequest<T>,
    reason: RequestStartEvent["reason"],
  ): Promise<T> {
    const { state } = this.#parts;
    const { request } = call;
    let turn = state.endpoints.enter({ key: call.key, tenant: request?.tenant });
    const hasWaited = turn instanceof Promise;
    if (turn instanceof Promise) turn = await turn;
    try {
      pending.signal.throwIfAborted();
      if (hasWaited && !pending.isWanted) throw new DOMException("All callers left", "AbortError");
      const token = await this.#request(call, pending, reason);
      this.#leave(turn, { call, error: undefined });
      return token;
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
  ): Promise<T> {
    const { source, settings, time, state, events } = this.#parts;
    const { request } = call;
    state.followIdentity();
    pending.begin(state.suspendRefused(call.key, pending));
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
      this.#receive(call, pending, { token, ...sent });
      events.emit(end(), request);
      return token;
    } catch (thrown) {
      const error = sourceError(thrown);
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

  #receive(call: CacheCall, pending: InFlightRequest<T>, response: SourceResponse<T>): void {
    const { time, state, events } = this.#parts;
    const { key, request, options } = call;
    state.followIdentity();
    const now = time.now();
    const deadlines = this.#deadlines(request, pending, response);
    if (deadlines.end - now < (options.minValidityMs ?? 0)) {
      events.emitOf("short-lived", response.token, request);
    }
    if (pending.superseded) return;
    state.failures.delete(key);
    if (pending.rejected.length > 0) state.replacements.add(key, response.token, now);
    if (pending.refuses(response.token)) {
      // The token that servers refused lasts no longer than before, whatever the clocks have done since.
      state.reinstate(key, pending.suspended);
    } else if (deadlines.end > now) {
      state.entriesOf(key).set(key, new CacheEntry(response.token, key, deadlines));
    }
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

function passedDown<T extends AccessToken>(
  call: CacheCall,
  pending: InFlightRequest<T>,
): GetTokenOptions {
  const { minValidityMs, subjectExpiresAt } = call.options;
  const [rejection] = pending.rejected;
  return {
    signal: pending.signal,
    ...(minValidityMs !== undefined && { minValidityMs }),
    ...(subjectExpiresAt !== undefined && { subjectExpiresAt }),
    ...(rejection && { rejected: rejection.token }),
    ...(rejection?.by !== undefined && { rejectedBy: rejection.by }),
  };
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
