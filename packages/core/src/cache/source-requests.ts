import { sourceError } from "../errors/provider-error.ts";
import { TokenError } from "../errors/token-error.ts";
import type { RequestStartEvent } from "../events/token-event.ts";
import type { Timeline } from "../time/timeline.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { jwtExpiresAt } from "../token/jwt-claims.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import type { CacheMemory } from "./cache-memory.ts";
import type { CacheSettings } from "./cache-options.ts";
import { tokenDeadlines } from "./deadlines.ts";
import type { Turn } from "./endpoint-gate.ts";
import { type EventTeller, eventCode } from "./event-teller.ts";
import type { Flight, Rejection } from "./flights.ts";

/** One call for a token, with the key of its request. */
export interface CacheCall {
  readonly key: CacheKey;
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions;
}

/** Returns what a call says of a refused token. */
export function rejectionOf({ options }: CacheCall): Rejection | undefined {
  const { rejected, rejectedBy } = options;
  return rejected && { token: rejected, by: rejectedBy };
}

/** What a cache and its requests work on together. */
export interface CacheParts<T extends AccessToken> {
  readonly source: TokenSource<T>;
  readonly settings: CacheSettings;
  readonly timeline: Timeline;
  readonly memory: CacheMemory<T>;
  readonly events: EventTeller;
}

/** A token, and when it was asked for: on the timeline, and as the wall clock showed it. */
interface SourceAnswer<T extends AccessToken> {
  readonly token: T;
  readonly sentAt: number;
  readonly sentAtMs: number;
}

/** Asks the source for tokens, one request per key at a time, and puts what comes into the cache's memory. */
export class SourceRequests<T extends AccessToken> {
  readonly #parts: CacheParts<T>;
  #started = 0;
  #failures = 0;

  constructor(parts: CacheParts<T>) {
    this.#parts = parts;
  }

  /** How many requests were started, and how many of them failed. */
  get counts(): { readonly requests: number; readonly failures: number } {
    return { requests: this.#started, failures: this.#failures };
  }

  /** Returns the answer of the request on its way for the call's key if that will do, else of a new one. */
  ask(call: CacheCall, why: "miss" | "stale"): Promise<T> {
    const { flights } = this.#parts.memory;
    const flight = flights.join(call.key, rejectionOf(call)) ?? this.#start(call, why);
    flight.wantedUntil(why === "stale" ? undefined : call.options.signal);
    flight.subjectEndsBy(call.options.subjectExpiresAt);
    return flight.promise;
  }

  #start(call: CacheCall, why: "miss" | "stale"): Flight<T> {
    const rejection = rejectionOf(call);
    const reason = rejection === undefined ? why : "rejected";
    return this.#parts.memory.flights.start(call.key, rejection, (flight) =>
      this.#send(call, flight, reason),
    );
  }

  async #send(call: CacheCall, flight: Flight<T>, reason: RequestStartEvent["reason"]): Promise<T> {
    const { memory } = this.#parts;
    const { request } = call;
    let turn = memory.endpoints.enter({ key: call.key, tenant: request?.tenant });
    const hasWaited = turn instanceof Promise;
    if (turn instanceof Promise) turn = await turn;
    try {
      flight.signal.throwIfAborted();
      if (hasWaited && !flight.isWanted) throw new DOMException("All callers left", "AbortError");
      const token = await this.#request(call, flight, reason);
      this.#leave(turn, { call, error: undefined });
      return token;
    } catch (error) {
      this.#leave(turn, { call, error });
      if (!flight.superseded) this.#failed(call, flight, error);
      throw error;
    }
  }

  #leave(turn: Turn, { call, error }: { call: CacheCall; error: unknown }): void {
    const { endpoints, failures } = this.#parts.memory;
    const tenant = call.request?.tenant;
    const hasRecovered = endpoints.leave(turn, { key: call.key, tenant, error });
    if (hasRecovered) failures.deleteOutage(tenant);
  }

  async #request(
    call: CacheCall,
    flight: Flight<T>,
    reason: RequestStartEvent["reason"],
  ): Promise<T> {
    const { source, settings, timeline, memory, events } = this.#parts;
    const { request } = call;
    memory.followIdentity();
    flight.begin(memory.suspendRefused(call.key, flight));
    const requestId = ++this.#started;
    const startedAt = settings.clock.monotonic();
    const sent = { sentAtMs: settings.clock.now(), sentAt: timeline.now() };
    const end = () => {
      const durationMs = settings.clock.monotonic() - startedAt;
      return { type: "request-end", requestId, durationMs } as const;
    };
    events.tell({ type: "request-start", requestId, reason }, request);
    try {
      const token = checkedToken(await source.getToken(request, passedDown(call, flight)));
      this.#receive(call, flight, { token, ...sent });
      events.tell(end(), request);
      return token;
    } catch (thrown) {
      const error = sourceError(thrown);
      memory.followIdentity();
      this.#failures++;
      events.tell({ ...end(), code: eventCode(error) }, request);
      throw error;
    }
  }

  /** What a server refused is still good for the others if there is no better token. */
  #failed({ key, request }: CacheCall, flight: Flight<T>, error: unknown): void {
    const { timeline, memory } = this.#parts;
    const now = timeline.now();
    memory.failures.add(error, { key, tenant: request?.tenant, now });
    const hasNoOther = TokenError.isInstance(error) && error.code === "ERR_TOKEN_REJECTED";
    const [first] = flight.rejected;
    if (hasNoOther && first !== undefined) memory.replacements.add(key, first.token, now);
    if (!isAboutUser(error)) memory.reinstate(key, flight.suspended);
  }

  #receive(call: CacheCall, flight: Flight<T>, answer: SourceAnswer<T>): void {
    const { timeline, memory, events } = this.#parts;
    const { key, request, options } = call;
    memory.followIdentity();
    const now = timeline.now();
    const deadlines = this.#deadlines(request, flight, answer);
    if (deadlines.end - now < (options.minValidityMs ?? 0)) {
      events.tellOf("short-lived", answer.token, request);
    }
    if (flight.superseded) return;
    memory.failures.delete(key);
    if (flight.rejected.length > 0) memory.replacements.add(key, answer.token, now);
    if (deadlines.end > now) {
      memory.entriesOf(key).set(key, new CacheEntry(answer.token, key, deadlines));
    }
  }

  #deadlines(
    request: TokenRequest | undefined,
    flight: Flight<T>,
    { token, sentAt, sentAtMs }: SourceAnswer<T>,
  ) {
    const { settings, events } = this.#parts;
    const subjectToken = request?.subjectToken;
    const claimed = subjectToken === undefined ? undefined : jwtExpiresAt(subjectToken);
    return tokenDeadlines(token, {
      sentAt,
      sentAtMs,
      subjectExpiresAt: flight.subjectExpiresAt ?? claimed,
      settings,
      onSkipped: (field) => events.tell({ type: "lifetime-skipped", field }, request),
      onCut: (lifetimeMs) => events.tell({ type: "lifetime-cut", lifetimeMs }, request),
    });
  }
}

function passedDown<T extends AccessToken>(call: CacheCall, flight: Flight<T>): GetTokenOptions {
  const { minValidityMs, subjectExpiresAt } = call.options;
  const [rejection] = flight.rejected;
  return {
    signal: flight.signal,
    ...(minValidityMs !== undefined && { minValidityMs }),
    ...(subjectExpiresAt !== undefined && { subjectExpiresAt }),
    ...(rejection && { rejected: rejection.token }),
    ...(rejection?.by !== undefined && { rejectedBy: rejection.by }),
  };
}

/** What an authorization server says of the user or of the grant: it no longer stands behind the user's tokens. */
const ABOUT_USER = new Set<unknown>(["invalid_grant", "access_denied", "consent_required"]);

function isAboutUser(error: unknown): boolean {
  return TokenError.isInstance(error) && ABOUT_USER.has(error.oauthError);
}

/** Tells whether an error passes by itself. */
export function isPassing(error: unknown): boolean {
  return TokenError.isInstance(error) && error.retryable;
}
