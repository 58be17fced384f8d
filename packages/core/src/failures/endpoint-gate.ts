import type { TokenError } from "../errors/token-error.ts";
import type { CacheKey } from "../key/cache-key.ts";
import { type Clock, startTimer } from "../time/clock.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import { endpointError, PROBE_INTERVAL_MS } from "./endpoint-error.ts";
import { FailedUsers, userOf } from "./failed-users.ts";

/** The endpoint counts as down when this many different users have failed in a row. */
const FAILED_USERS = 3;
/** The maximum random time that is added to the minimum time between two probes. */
const PROBE_JITTER_MS = 250;
/** When the limit reaches this number of concurrent requests and the queue is empty, the gate opens fully. */
const WIDE_OPEN = 256;

/** The settings of a gate. */
export interface EndpointGateSettings {
  readonly clock: Clock;
  readonly time: HybridClock;
  readonly random: () => number;
  readonly maxProbeWaitMs: number;
}

/** A request that may be sent. */
export interface Turn {
  /** The gate whose limit the request counts against; `undefined` if the gate was open. */
  readonly gate: EndpointGate | undefined;
  /** The phase of the gate when the request passed. The request counts until the gate closes or opens again. */
  readonly phase: number;
}

interface Waiter {
  readonly user: string;
  readonly turn: PromiseWithResolvers<Turn>;
  /** When the wait ends, as an instant of the hybrid clock. */
  readonly until: number;
}

/**
 * The gate before one token endpoint. It is open until several different users have failed in a row. Then one request at a time
 * probes the endpoint, and the other requests wait. After the first success, the gate doubles the number of concurrent
 * requests step by step, so that the waiting requests do not flood an endpoint that has just recovered.
 */
export class EndpointGate {
  readonly #settings: EndpointGateSettings;
  readonly #failed = new FailedUsers();
  readonly #waiting = new Set<Waiter>();
  /** The error that closed the gate; `undefined` while the endpoint counts as up. */
  #failure: TokenError | undefined;
  /** When the endpoint may be probed again. */
  #probeAt = 0;
  /** From this instant on, a running probe no longer blocks another probe. */
  #overtakeAt = 0;
  /** The maximum number of concurrent requests. */
  #limit = Number.POSITIVE_INFINITY;
  #running = 0;
  #phase = 0;
  /** The number of successes since the limit was last doubled. */
  #succeeded = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: EndpointGateSettings) {
    this.#settings = settings;
  }

  /** Whether the gate can be forgotten: it is open and the last request succeeded. */
  get isIdle(): boolean {
    return this.#limit === Number.POSITIVE_INFINITY && this.#failed.size === 0;
  }

  /** Whether the endpoint counts as down. */
  get isDown(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether a request for the key would have to wait now. */
  isHeld(key: CacheKey): boolean {
    return this.#waiting.size > 0 || !this.#hasRoom(userOf(key));
  }

  /**
   * Lets a request pass, at once or when its turn comes.
   *
   * @returns the turn, or a promise of it. The promise rejects with the endpoint's retryable error if the probe fails or the wait
   * becomes too long.
   */
  enter(key: CacheKey): Turn | Promise<Turn> {
    if (this.#limit === Number.POSITIVE_INFINITY) return { gate: undefined, phase: 0 };
    if (!this.isHeld(key)) return this.#take();
    const { time, maxProbeWaitMs } = this.#settings;
    const until = time.now() + maxProbeWaitMs;
    const comesTooLate = this.isDown && this.#running === 0 && this.#probeAt > until;
    if (maxProbeWaitMs === 0 || comesTooLate) return Promise.reject(this.#heldBack());
    const waiter = { user: userOf(key), turn: Promise.withResolvers<Turn>(), until };
    this.#waiting.add(waiter);
    this.#proceed();
    return waiter.turn.promise;
  }

  /** Records that a request which passed has ended. */
  release({ phase }: Turn): void {
    if (phase === this.#phase) this.#running--;
    this.#proceed();
  }

  /** Records that the endpoint responded. Tells whether the endpoint counted as down until now. */
  responded({ gate }: Turn): boolean {
    this.#failed.clear();
    const hasRecovered = this.isDown;
    if (hasRecovered) {
      // The successful probe ends in a moment. A probe that hangs must not count against the new limit.
      this.#begin({ limit: 2, failure: undefined });
    } else if (gate !== undefined && ++this.#succeeded >= this.#limit) {
      this.#widen();
    }
    this.#proceed();
    return hasRecovered;
  }

  /** Records that a request failed with a retryable error. */
  failed(error: TokenError, { key, turn }: { key: CacheKey; turn: Turn }): void {
    this.#failed.add(key, error.retryAfterMs);
    const isProbe = turn.gate !== undefined && this.isDown;
    if (isProbe || (!this.isDown && this.#failed.size >= FAILED_USERS)) this.#close(error);
    if (isProbe) this.#refuseAll();
    this.#proceed();
  }

  /** Forgets the failures of the keys that pass the test. */
  forgive(test: (key: CacheKey) => boolean): void {
    this.#failed.deleteWhere(test);
    // Those who are left are too few to say that the endpoint is down.
    if (this.isDown && this.#failed.size < FAILED_USERS) this.lift();
  }

  /** Treats the endpoint as up. The waiting requests pass step by step. */
  lift(): void {
    this.#failed.clear();
    const limit = this.#waiting.size === 0 ? Number.POSITIVE_INFINITY : 1;
    this.#begin({ limit, failure: undefined });
    this.#proceed();
  }

  /** Ends every wait with the given reason. */
  end(reason: Error): void {
    for (const { turn } of this.#waiting) turn.reject(reason);
    this.#waiting.clear();
    this.#proceed();
  }

  #close(failure: TokenError): void {
    const { time, random } = this.#settings;
    const shared = this.#failed.sharedRetryAfterMs(FAILED_USERS);
    const interval = PROBE_INTERVAL_MS + PROBE_JITTER_MS * random();
    this.#probeAt = Math.ceil(time.now() + Math.max(interval, shared));
    this.#begin({ limit: 1, failure });
  }

  #begin({ limit, failure }: { limit: number; failure: TokenError | undefined }): void {
    this.#failure = failure;
    this.#limit = limit;
    this.#running = 0;
    this.#succeeded = 0;
    this.#phase++;
  }

  #widen(): void {
    const isOpen = this.#limit >= WIDE_OPEN && this.#waiting.size === 0;
    this.#limit = isOpen ? Number.POSITIVE_INFINITY : this.#limit * 2;
    this.#succeeded = 0;
  }

  #hasRoom(user: string): boolean {
    if (!this.isDown) return this.#running < this.#limit;
    const now = this.#settings.time.now();
    if (this.#running > 0 && now < this.#overtakeAt) return false;
    return now >= this.#probeAtFor(user);
  }

  /** When a user may probe. Other users probe before a user who has just failed, since that failure may concern this user only. */
  #probeAtFor(user: string): number {
    return this.#probeAt + (this.#failed.has(user) ? PROBE_INTERVAL_MS : 0);
  }

  #take(): Turn {
    const { time, maxProbeWaitMs } = this.#settings;
    this.#running++;
    this.#overtakeAt = time.now() + Math.max(PROBE_INTERVAL_MS, maxProbeWaitMs);
    return { gate: this, phase: this.#phase };
  }

  /** Lets the requests pass whose turn has come, and sets a timer for the next moment at which a turn or a wait can end. */
  #proceed(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { clock, time } = this.#settings;
    const now = time.now();
    let next = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) {
      if (this.#hasRoom(waiter.user)) {
        this.#waiting.delete(waiter);
        waiter.turn.resolve(this.#take());
      } else if (now >= waiter.until) {
        this.#waiting.delete(waiter);
        waiter.turn.reject(this.#heldBack());
      } else {
        next = Math.min(next, waiter.until, this.#turnOf(waiter));
      }
    }
    if (next === Number.POSITIVE_INFINITY) return;
    const ms = Math.max(1, next - now);
    this.#cancelTimer = startTimer(clock, { callback: () => this.#proceed(), ms });
  }

  /** When a waiter may probe, unless something changes before. */
  #turnOf({ user }: Waiter): number {
    if (!this.isDown) return Number.POSITIVE_INFINITY;
    const probeAt = this.#probeAtFor(user);
    return this.#running > 0 ? Math.max(probeAt, this.#overtakeAt) : probeAt;
  }

  #refuseAll(): void {
    const error = this.#heldBack();
    for (const { turn } of this.#waiting) turn.reject(error);
    this.#waiting.clear();
  }

  #heldBack(): TokenError {
    const { time, maxProbeWaitMs } = this.#settings;
    const waitMs = Math.max(1, this.#probeAt - time.now());
    return endpointError(this.#failure, { waitMs, maxProbeWaitMs });
  }
}
