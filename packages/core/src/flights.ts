import type { AccessToken } from "./access-token.ts";
import { type CacheKey, keyText } from "./cache-key.ts";

/** One token request that any number of callers wait for. */
export class Flight<T extends AccessToken> {
  readonly key: CacheKey;
  readonly #outcome = Promise.withResolvers<T>();
  readonly #abort = new AbortController();
  /** Tokens that servers refused before this request began: none of them is an answer to it. */
  readonly rejected: AccessToken[] = [];
  /** The request is on its way: what happens from now on can no longer be in its answer. */
  begun = false;
  /** Something said after it began makes its answer old: it goes to those waiting and is not stored. */
  superseded = false;
  /** The earliest end of the subject that any of those waiting knows, in epoch milliseconds. */
  subjectExpiresAt: number | undefined;
  /** The request of the same key that it waits for. */
  #before: Flight<T> | undefined;

  constructor(key: CacheKey, before?: Flight<T>) {
    this.key = key;
    this.#before = before;
    // Those who wait may all have gone when it fails.
    this.#outcome.promise.catch(() => {});
  }

  /** Settles as the request does. */
  get promise(): Promise<T> {
    return this.#outcome.promise;
  }

  /** Handed to the source: only closing the cache ends a request that others may wait for. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Tells whether a caller who had `rejected` refused can take this request's answer. */
  satisfies(rejected: AccessToken | undefined): boolean {
    if (this.superseded) return false;
    return rejected === undefined || !this.begun || this.refuses(rejected);
  }

  /** Tells whether this request was sent because a server refused `token`. */
  refuses(token: AccessToken): boolean {
    return this.rejected.some((refused) => refused.token === token.token);
  }

  /** Takes note of what another caller knows of the subject's end. */
  subjectEndsBy(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    this.subjectExpiresAt = Math.min(expiresAt, this.subjectExpiresAt ?? expiresAt);
  }

  /** Runs the request after the one before it, if there is one. */
  async run(request: () => Promise<T>): Promise<void> {
    if (this.#before !== undefined) await this.#before.promise.catch(() => {});
    this.#before = undefined;
    if (this.signal.aborted) return;
    this.begun = true;
    await request().then(this.#outcome.resolve, this.#outcome.reject);
  }

  /** Ends the request and every wait for it. */
  abort(reason: Error): void {
    this.#before?.abort(reason);
    this.superseded = true;
    this.#outcome.reject(reason);
    this.#abort.abort(reason);
  }
}

/** The token requests on their way: one per key at a time, and at most one more that begins after it. */
export class Flights<T extends AccessToken> {
  readonly #latest = new Map<string, Flight<T>>();

  /** How many keys have a request on its way. */
  get size(): number {
    return this.#latest.size;
  }

  has(key: CacheKey): boolean {
    return this.#latest.has(keyText(key));
  }

  /** Returns the request whose answer will do, if there is one, and tells it what was refused. */
  join(key: CacheKey, rejected: AccessToken | undefined): Flight<T> | undefined {
    const flight = this.#latest.get(keyText(key));
    if (flight === undefined || !flight.satisfies(rejected)) return undefined;
    if (rejected !== undefined && !flight.refuses(rejected)) flight.rejected.push(rejected);
    return flight;
  }

  /** Starts a request; one still on its way for the key is superseded and waited for. */
  start(
    key: CacheKey,
    rejected: AccessToken | undefined,
    request: (flight: Flight<T>) => Promise<T>,
  ): Flight<T> {
    const text = keyText(key);
    const before = this.#latest.get(text);
    if (before !== undefined) before.superseded = true;
    const flight = new Flight<T>(key, before);
    if (rejected !== undefined) flight.rejected.push(rejected);
    this.#latest.set(text, flight);
    const landed = () => {
      if (this.#latest.get(text) === flight) this.#latest.delete(text);
    };
    void flight.run(() => request(flight).finally(landed));
    return flight;
  }

  /** Makes the answers of requests that have begun old, for the keys that pass the test. */
  supersedeWhere(test: (key: CacheKey) => boolean): void {
    for (const flight of this.#latest.values()) {
      if (flight.begun && test(flight.key)) flight.superseded = true;
    }
  }

  /** Ends all requests. */
  abort(reason: Error): void {
    for (const flight of this.#latest.values()) flight.abort(reason);
    this.#latest.clear();
  }
}
