import type { AccessToken } from "./access-token.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheKey } from "./cache-key.ts";
import type { CacheMemory } from "./cache-memory.ts";
import type { CacheSettings } from "./cache-options.ts";
import { checkedToken } from "./checked-token.ts";
import { tokenDeadlines } from "./deadlines.ts";
import { type EventTeller, eventCode } from "./event-teller.ts";
import { refusedAgain } from "./failure-memory.ts";
import type { Flight } from "./flights.ts";
import { jwtExpiresAt } from "./jwt-claims.ts";
import type { Timeline } from "./timeline.ts";
import type { RequestStartEvent } from "./token-event.ts";
import { normalizeTokenRequest } from "./token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";

/** One call for a token, with the key of its request. */
export interface CacheCall {
  readonly key: CacheKey;
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions;
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
  #failed = 0;

  constructor(parts: CacheParts<T>) {
    this.#parts = parts;
  }

  /** How many requests were started, and how many of them failed. */
  get counts(): { readonly requests: number; readonly failures: number } {
    return { requests: this.#started, failures: this.#failed };
  }

  /** Returns the answer of the request on its way for the call's key if that will do, else of a new one. */
  ask(call: CacheCall, why: "miss" | "stale"): Promise<T> {
    const { rejected, subjectExpiresAt } = call.options;
    const flight = this.#parts.memory.flights.join(call.key, rejected) ?? this.#start(call, why);
    flight.subjectEndsBy(subjectExpiresAt);
    return flight.promise;
  }

  #start(call: CacheCall, why: "miss" | "stale"): Flight<T> {
    const { rejected } = call.options;
    const reason = rejected === undefined ? why : "rejected";
    // Its own copy: the caller's lists may change while the request waits for its turn.
    const own = { ...call, request: call.request && normalizeTokenRequest(call.request) };
    return this.#parts.memory.flights.start(call.key, rejected, (flight) =>
      this.#send(own, flight, reason),
    );
  }

  async #send(call: CacheCall, flight: Flight<T>, reason: RequestStartEvent["reason"]): Promise<T> {
    const { source, settings, timeline, memory, events } = this.#parts;
    const { key, request } = call;
    memory.followIdentity();
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
    } catch (error) {
      memory.followIdentity();
      this.#failed++;
      events.tell({ ...end(), code: eventCode(error) }, request);
      if (!flight.superseded) {
        const failed = { key, tenant: request?.tenant, sentAt: sent.sentAt, now: timeline.now() };
        memory.failures.failed(error, failed);
      }
      throw error;
    }
  }

  #receive(call: CacheCall, flight: Flight<T>, answer: SourceAnswer<T>): void {
    const { timeline, memory, events } = this.#parts;
    const { key, request, options } = call;
    memory.followIdentity();
    const now = timeline.now();
    if (flight.refuses(answer.token)) throw refusedAgain();
    memory.failures.succeeded(request?.tenant);
    const deadlines = this.#deadlines(request, flight, answer);
    if (deadlines.end - now < (options.minValidityMs ?? 0)) {
      events.tellOf("short-lived", answer.token, request);
    }
    if (flight.superseded) return;
    memory.failures.received(key, { replaces: flight.rejected.length > 0, now });
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
  const [rejected] = flight.rejected;
  return {
    signal: flight.signal,
    ...(minValidityMs !== undefined && { minValidityMs }),
    ...(subjectExpiresAt !== undefined && { subjectExpiresAt }),
    ...(rejected && { rejected }),
  };
}
