import { TokenError } from "../errors/token-error.ts";
import { type Clock, startTimer } from "../time/clock.ts";
import type { Timeline } from "../time/timeline.ts";
import { type CacheKey, keyText } from "./cache-key.ts";

/** So many different keys must have failed in a row before it is the endpoint that is held to be down. */
const FAILED_KEYS = 3;
/** The least time from a failed probe to the next one, and the most that is added to it at random. */
const PROBE_INTERVAL_MS = 1_000;
const PROBE_JITTER_MS = 250;
/** An endpoint that asks all callers to wait is probed after this, however long it asked for. */
const MAX_SHARED_RETRY_AFTER_MS = 60_000;
/** With so many requests at a time the gate stands open again. */
const WIDE_OPEN = 256;

/** What a gate works with. */
export interface EndpointGateSettings {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly maxProbeWaitMs: number;
}

/** A request that was let through. */
export interface Turn {
  /** Whether it counts among those that the gate lets through at a time. */
  readonly gate: EndpointGate | undefined;
}

interface Waiter {
  readonly turn: PromiseWithResolvers<Turn>;
  /** Instant of the timeline. */
  readonly until: number;
}

/**
 * The gate before one token endpoint. It stands open until several different keys have failed in a row. Then one request
 * at a time probes the endpoint, and the others wait for it. The first success opens the gate in doubling steps, so that an
 * endpoint that has just recovered is not flooded by all who waited.
 */
export class EndpointGate {
  readonly #settings: EndpointGateSettings;
  /** The keys that failed since the last success, the latest last, with how long each was told to wait. */
  readonly #failed = new Map<string, { readonly key: CacheKey; readonly retryAfterMs?: number }>();
  readonly #waiting = new Set<Waiter>();
  /** Why the endpoint is held to be down; `undefined`: it is not. */
  #failure: TokenError | undefined;
  /** When it may be probed again. */
  #probeAt = 0;
  /** How many requests may be under way at a time. */
  #limit = Number.POSITIVE_INFINITY;
  #running = 0;
  /** Successes since the limit was doubled. */
  #succeeded = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: EndpointGateSettings) {
    this.#settings = settings;
  }

  /** Whether there is nothing to remember: the gate is open and the last request succeeded. */
  get isIdle(): boolean {
    return this.#limit === Number.POSITIVE_INFINITY && this.#failed.size === 0;
  }

  /** Whether the endpoint is held to be down. */
  get isDown(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether a request that came now would have to wait. */
  get isHeld(): boolean {
    return this.#waiting.size > 0 || !this.#hasRoom();
  }

  /**
   * Lets a request through, at once or when its turn comes.
   *
   * @returns a promise that rejects with the endpoint's retryable error if the probe fails or the wait becomes too long.
   */
  enter(): Turn | Promise<Turn> {
    if (this.#limit === Number.POSITIVE_INFINITY) return { gate: undefined };
    if (!this.isHeld) return this.#take();
    const { timeline, maxProbeWaitMs } = this.#settings;
    const until = timeline.now() + maxProbeWaitMs;
    const comesTooLate =
      this.#failure !== undefined && this.#running === 0 && this.#probeAt > until;
    if (maxProbeWaitMs === 0 || comesTooLate) return Promise.reject(this.#heldBack());
    const waiter = { turn: Promise.withResolvers<Turn>(), until };
    this.#waiting.add(waiter);
    this.#proceed();
    return waiter.turn.promise;
  }

  /** Takes note that a request which was let through is over. */
  release(): void {
    this.#running--;
    this.#proceed();
  }

  /** Takes note that the endpoint answered. Tells whether it was held to be down until now. */
  answered({ isTurn }: { isTurn: boolean }): boolean {
    this.#failed.clear();
    const hasRecovered = this.#failure !== undefined;
    if (hasRecovered) {
      this.#failure = undefined;
      this.#open(2);
    } else if (isTurn && ++this.#succeeded >= this.#limit) {
      this.#open(this.#limit * 2);
    }
    this.#proceed();
    return hasRecovered;
  }

  /** Takes note that a request failed in a way that a retry may mend. */
  failed(error: TokenError, { key, isTurn }: { key: CacheKey; isTurn: boolean }): void {
    const text = keyText(key);
    const { retryAfterMs } = error;
    this.#failed.delete(text);
    this.#failed.set(text, { key, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    if (this.#failed.size > FAILED_KEYS)
      this.#failed.delete(this.#failed.keys().next().value ?? "");
    const isProbe = isTurn && this.#failure !== undefined;
    const isRow = this.#failure === undefined && this.#failed.size === FAILED_KEYS;
    if (isRow || isProbe) this.#close(error);
    if (isProbe) this.#refuseAll();
    this.#proceed();
  }

  /** Takes it that the keys which pass the test never failed. */
  forgive(test: (key: CacheKey) => boolean): void {
    for (const [text, { key }] of this.#failed) if (test(key)) this.#failed.delete(text);
  }

  /** Holds the endpoint to be up. Those who wait are let through in steps. */
  lift(): void {
    this.#failed.clear();
    this.#failure = undefined;
    this.#open(this.#waiting.size === 0 ? Number.POSITIVE_INFINITY : 1);
    this.#proceed();
  }

  /** Ends every wait. */
  end(reason: Error): void {
    for (const { turn } of this.#waiting) turn.reject(reason);
    this.#waiting.clear();
    this.#proceed();
  }

  #close(error: TokenError): void {
    const { timeline, random } = this.#settings;
    const told = [...this.#failed.values()].map(({ retryAfterMs = 0 }) => retryAfterMs);
    const shared = Math.min(MAX_SHARED_RETRY_AFTER_MS, ...told);
    const interval = PROBE_INTERVAL_MS + PROBE_JITTER_MS * random();
    this.#failure = error;
    this.#probeAt = Math.ceil(timeline.now() + Math.max(interval, shared));
    this.#open(1);
  }

  #open(limit: number): void {
    this.#limit = limit > WIDE_OPEN ? Number.POSITIVE_INFINITY : limit;
    this.#succeeded = 0;
  }

  #hasRoom(): boolean {
    if (this.#running >= this.#limit) return false;
    return this.#failure === undefined || this.#settings.timeline.now() >= this.#probeAt;
  }

  #take(): Turn {
    this.#running++;
    return { gate: this };
  }

  /** Lets those through whose turn has come, and looks again when that can have changed by time alone. */
  #proceed(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#settings.timeline.now();
    let next = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) {
      if (this.#hasRoom()) {
        this.#waiting.delete(waiter);
        waiter.turn.resolve(this.#take());
      } else if (now >= waiter.until) {
        this.#waiting.delete(waiter);
        waiter.turn.reject(this.#heldBack());
      } else {
        next = waiter.until;
        break; // All others came later.
      }
    }
    if (next === Number.POSITIVE_INFINITY) return;
    if (this.#failure !== undefined && this.#running === 0) next = Math.min(next, this.#probeAt);
    const { clock } = this.#settings;
    const ms = Math.max(1, next - now);
    this.#cancelTimer = startTimer(clock, { callback: () => this.#proceed(), ms });
  }

  #refuseAll(): void {
    const error = this.#heldBack();
    for (const { turn } of this.#waiting) turn.reject(error);
    this.#waiting.clear();
  }

  #heldBack(): TokenError {
    const wait = Math.max(1, this.#probeAt - this.#settings.timeline.now());
    if (this.#failure === undefined) {
      return new TokenError(
        "ERR_TOKEN_TIMEOUT",
        `Cannot request a token: the token endpoint has just recovered, and the requests of others take all of ${this.#settings.maxProbeWaitMs} ms`,
        { retryAfterMs: PROBE_INTERVAL_MS },
      );
    }
    const { code, status, oauthError } = this.#failure;
    return new TokenError(
      code,
      `Cannot request a token: the token endpoint failed for several callers in a row; it is asked again in ${wait} ms`,
      { cause: this.#failure, status, oauthError, retryAfterMs: wait, retryable: true },
    );
  }
}
