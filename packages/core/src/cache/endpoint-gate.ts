import { TokenError } from "../errors/token-error.ts";
import type { CacheKey } from "../key/cache-key.ts";
import { type Clock, startTimer } from "../time/clock.ts";
import type { HybridClock } from "../time/hybrid-clock.ts";
import { FailedUsers, userOf } from "./failed-users.ts";

/** So many different users must have failed in a row before it is the endpoint that is held to be down. */
const FAILED_USERS = 3;
/** The least time from a failed probe to the next one, and the most that is added to it at random. */
const PROBE_INTERVAL_MS = 1_000;
const PROBE_JITTER_MS = 250;
/** With so many requests at a time the gate stands open again, once there is no queue. */
const WIDE_OPEN = 256;

/** What a gate works with. */
export interface EndpointGateSettings {
  readonly clock: Clock;
  readonly time: HybridClock;
  readonly random: () => number;
  readonly maxProbeWaitMs: number;
}

/** A request that was let through. */
export interface Turn {
  /** The gate whose limit it counts against; `undefined`: it stood open. */
  readonly gate: EndpointGate | undefined;
  /** It counts until the gate is closed or opened anew. */
  readonly phase: number;
}

interface Waiter {
  readonly user: string;
  readonly turn: PromiseWithResolvers<Turn>;
  /** Instant of the hybrid clock. */
  readonly until: number;
}

/**
 * The gate before one token endpoint. It stands open until several different users have failed in a row. Then one request
 * at a time probes the endpoint, and the others wait for it. The first success opens the gate in doubling steps, so that an
 * endpoint that has just recovered is not flooded by all who waited.
 */
export class EndpointGate {
  readonly #settings: EndpointGateSettings;
  readonly #failed = new FailedUsers();
  readonly #waiting = new Set<Waiter>();
  /** Why the endpoint is held to be down; `undefined`: it is not. */
  #failure: TokenError | undefined;
  /** When it may be probed again. */
  #probeAt = 0;
  /** When a probe that is still under way no longer keeps another one back. */
  #overtakeAt = 0;
  /** How many requests may be under way at a time. */
  #limit = Number.POSITIVE_INFINITY;
  #running = 0;
  #phase = 0;
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

  /** Whether a request for the key would have to wait if it came now. */
  isHeld(key: CacheKey): boolean {
    return this.#waiting.size > 0 || !this.#hasRoom(userOf(key));
  }

  /**
   * Lets a request through, at once or when its turn comes.
   *
   * @returns a promise that rejects with the endpoint's retryable error if the probe fails or the wait becomes too long.
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

  /** Takes note that a request which was let through is over. */
  release({ phase }: Turn): void {
    if (phase === this.#phase) this.#running--;
    this.#proceed();
  }

  /** Takes note that the endpoint responded. Tells whether it was held to be down until now. */
  responded({ gate }: Turn): boolean {
    this.#failed.clear();
    const hasRecovered = this.isDown;
    if (hasRecovered) {
      // The probe itself is over in a moment; one that hangs must not take up the room of others.
      this.#begin({ limit: 2, failure: undefined });
    } else if (gate !== undefined && ++this.#succeeded >= this.#limit) {
      this.#widen();
    }
    this.#proceed();
    return hasRecovered;
  }

  /** Takes note that a request failed in a way that a retry may mend. */
  failed(error: TokenError, { key, turn }: { key: CacheKey; turn: Turn }): void {
    this.#failed.add(key, error.retryAfterMs);
    const isProbe = turn.gate !== undefined && this.isDown;
    if (isProbe || (!this.isDown && this.#failed.size >= FAILED_USERS)) this.#close(error);
    if (isProbe) this.#refuseAll();
    this.#proceed();
  }

  /** Takes it that the keys which pass the test never failed. */
  forgive(test: (key: CacheKey) => boolean): void {
    this.#failed.deleteWhere(test);
    // Those who are left are too few to say that the endpoint is down.
    if (this.isDown && this.#failed.size < FAILED_USERS) this.lift();
  }

  /** Holds the endpoint to be up. Those who wait are let through in steps. */
  lift(): void {
    this.#failed.clear();
    const limit = this.#waiting.size === 0 ? Number.POSITIVE_INFINITY : 1;
    this.#begin({ limit, failure: undefined });
    this.#proceed();
  }

  /** Ends every wait. */
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

  /** A user who has just failed lets others probe first: his failure may be his own. */
  #probeAtFor(user: string): number {
    return this.#probeAt + (this.#failed.has(user) ? PROBE_INTERVAL_MS : 0);
  }

  #take(): Turn {
    const { time, maxProbeWaitMs } = this.#settings;
    this.#running++;
    this.#overtakeAt = time.now() + Math.max(PROBE_INTERVAL_MS, maxProbeWaitMs);
    return { gate: this, phase: this.#phase };
  }

  /** Lets those through whose turn has come, and looks again when that can have changed by time alone. */
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

  /** When a waiter may probe, if nothing happens until then. */
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
    return heldBack(this.#failure, { waitMs, maxProbeWaitMs });
  }
}

function heldBack(
  failure: TokenError | undefined,
  { waitMs, maxProbeWaitMs }: { waitMs: number; maxProbeWaitMs: number },
): TokenError {
  if (failure === undefined) {
    return new TokenError(
      "ERR_TOKEN_TIMEOUT",
      `Cannot request a token: the token endpoint has just recovered, and the requests of others take all of ${maxProbeWaitMs} ms`,
      { retryAfterMs: PROBE_INTERVAL_MS },
    );
  }
  const { code, status, oauthError } = failure;
  return new TokenError(
    code,
    `Cannot request a token: the token endpoint failed for several callers in a row; it is asked again in ${waitMs} ms`,
    { cause: failure, status, oauthError, retryAfterMs: waitMs, retryable: true },
  );
}
