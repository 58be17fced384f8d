import { type CacheKey, keyText } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** A token that a server refused. */
export interface Rejection {
  readonly token: AccessToken;
  /** The server's URL, if the caller told it. */
  readonly by: string | undefined;
}

/** One token request that any number of callers wait for. */
export class InFlightRequest<T extends AccessToken> {
  readonly key: CacheKey;
  readonly #outcome = Promise.withResolvers<T>();
  readonly #abort = new AbortController();
  /** Tokens that servers refused before this request began, and which servers. */
  readonly rejected: Rejection[] = [];
  /** The entry that servers refused: it comes back for the others if there is no better token. */
  #suspended: CacheEntry<T> | undefined;
  #begun = false;
  /** The signals of those who wait, until the request begins. */
  #callers: (AbortSignal | undefined)[] = [];
  /** Something said after it began makes its answer old: it goes to those waiting and is not stored. */
  superseded = false;
  /** The earliest end of the subject that any of those waiting knows, in epoch milliseconds. */
  subjectExpiresAt: number | undefined;
  /** The request of the same key that it waits for. */
  #before: InFlightRequest<T> | undefined;

  constructor(key: CacheKey, before?: InFlightRequest<T>) {
    this.key = key;
    this.#before = before;
    // Those who wait may all have gone when it fails.
    this.#outcome.promise.catch(() => {});
  }

  /** Whether the request is on its way: what happens from now on can no longer be in its answer. */
  get begun(): boolean {
    return this.#begun;
  }

  get suspended(): CacheEntry<T> | undefined {
    return this.#suspended;
  }

  /** Takes note of a caller who waits; one without a signal waits to the end. */
  wantedUntil(signal: AbortSignal | undefined): void {
    if (!this.#begun) this.#callers.push(signal);
  }

  /** Whether a caller still waits for a request that has not begun. */
  get isWanted(): boolean {
    return this.#callers.some((signal) => signal?.aborted !== true);
  }

  /** Takes note that the request goes out, and which entry it took out of the cache. */
  begin(suspended: CacheEntry<T> | undefined): void {
    this.#begun = true;
    this.#callers = [];
    this.#suspended = suspended;
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
  satisfies(rejection: Rejection | undefined): boolean {
    if (this.superseded) return false;
    return rejection === undefined || !this.begun || this.refuses(rejection.token);
  }

  /** Tells whether this request was sent because a server refused `token`. */
  refuses(token: AccessToken): boolean {
    return this.rejected.some((refused) => refused.token.token === token.token);
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
export class SingleFlight<T extends AccessToken> {
  readonly #latest = new Map<string, InFlightRequest<T>>();

  /** How many keys have a request on its way. */
  get size(): number {
    return this.#latest.size;
  }

  has(key: CacheKey): boolean {
    return this.#latest.has(keyText(key));
  }

  /** Returns the request whose answer will do, if there is one, and tells it what was refused. */
  join(key: CacheKey, rejection: Rejection | undefined): InFlightRequest<T> | undefined {
    const pending = this.#latest.get(keyText(key));
    if (pending === undefined || !pending.satisfies(rejection)) return undefined;
    if (rejection !== undefined && !pending.refuses(rejection.token)) {
      pending.rejected.push(rejection);
    }
    return pending;
  }

  /** Starts a request; one still on its way for the key is superseded and waited for. */
  start(
    key: CacheKey,
    rejection: Rejection | undefined,
    request: (pending: InFlightRequest<T>) => Promise<T>,
  ): InFlightRequest<T> {
    const text = keyText(key);
    const before = this.#latest.get(text);
    if (before !== undefined) before.superseded = true;
    const pending = new InFlightRequest<T>(key, before);
    if (rejection !== undefined) pending.rejected.push(rejection);
    this.#latest.set(text, pending);
    const landed = () => {
      if (this.#latest.get(text) === pending) this.#latest.delete(text);
    };
    void pending.run(() => request(pending).finally(landed));
    return pending;
  }

  /** Makes the answer of a key's request old, if that has begun. */
  supersede(key: CacheKey): void {
    const pending = this.#latest.get(keyText(key));
    if (pending?.begun) pending.superseded = true;
  }

  /** Makes the answers of requests that have begun old, for the keys that pass the test. */
  supersedeWhere(test: (key: CacheKey) => boolean): void {
    for (const pending of this.#latest.values()) {
      if (pending.begun && test(pending.key)) pending.superseded = true;
    }
  }

  /** Ends all requests. */
  abort(reason: Error): void {
    for (const pending of this.#latest.values()) pending.abort(reason);
    this.#latest.clear();
  }
}
