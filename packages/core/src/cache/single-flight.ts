import { type CacheKey, keyText } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** A token that a server refused. */
export interface Rejection {
  readonly token: AccessToken;
  /** The server's URL; `undefined` if the caller did not name it. */
  readonly by: string | undefined;
}

/** One token request that any number of callers share. */
export class InFlightRequest<T extends AccessToken> {
  readonly key: CacheKey;
  readonly #outcome = Promise.withResolvers<T>();
  readonly #abort = new AbortController();
  /** The tokens that servers refused before this request began, with those servers. */
  readonly rejected: Rejection[] = [];
  /** The refused entry. If the request fails, the cache takes it back for the other servers. */
  #suspended: CacheEntry<T> | undefined;
  #begun = false;
  /** The signals of the waiting callers, until the request begins. */
  #callers: (AbortSignal | undefined)[] = [];
  /** Whether a later call made this request outdated. Its waiting callers get the token, but the cache does not store it. */
  superseded = false;
  /** The earliest expiry of the subject token that a waiting caller named, in epoch milliseconds. */
  subjectExpiresAt: number | undefined;
  /** The earlier request of the same key, which this request waits for. */
  #before: InFlightRequest<T> | undefined;

  constructor(key: CacheKey, before?: InFlightRequest<T>) {
    this.key = key;
    this.#before = before;
    // All callers may have left when the request fails. Without a handler, the rejection would end the process.
    this.#outcome.promise.catch(() => {});
  }

  /** Whether the request has been sent. Its response cannot reflect later changes. */
  get begun(): boolean {
    return this.#begun;
  }

  get suspended(): CacheEntry<T> | undefined {
    return this.#suspended;
  }

  /** Records a waiting caller. A caller without a signal waits to the end. */
  wantedUntil(signal: AbortSignal | undefined): void {
    if (!this.#begun) this.#callers.push(signal);
  }

  /** Whether a caller still waits for this request, if it has not begun. */
  get isWanted(): boolean {
    return this.#callers.some((signal) => signal?.aborted !== true);
  }

  /** Records that the request is sent, or the shared store is read for it, and which entry was removed from the cache for it. */
  begin(suspended: CacheEntry<T> | undefined): void {
    this.#begun = true;
    this.#callers = [];
    this.#suspended = suspended;
  }

  /** Settles with the outcome of the request. */
  get promise(): Promise<T> {
    return this.#outcome.promise;
  }

  /** The signal for the source. Only closing the cache aborts it, since other callers may share the request. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Tells whether a caller with this rejection can use the token of this request. */
  satisfies(rejection: Rejection | undefined): boolean {
    if (this.superseded) return false;
    return rejection === undefined || !this.begun || this.refuses(rejection.token);
  }

  /** Tells whether this request was sent because a server refused `token`. */
  refuses(token: AccessToken): boolean {
    return this.rejected.some((refused) => refused.token.token === token.token);
  }

  /** Records when the subject token expires, as another caller states it. */
  subjectEndsBy(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    this.subjectExpiresAt = Math.min(expiresAt, this.subjectExpiresAt ?? expiresAt);
  }

  /** Runs the request when the earlier request of the same key has ended. */
  async run(request: () => Promise<T>): Promise<void> {
    if (this.#before !== undefined) await this.#before.promise.catch(() => {});
    this.#before = undefined;
    if (this.signal.aborted) return;
    await request().then(this.#outcome.resolve, this.#outcome.reject);
  }

  /** Aborts the request and ends every wait for it. */
  abort(reason: Error): void {
    this.#before?.abort(reason);
    this.superseded = true;
    this.#outcome.reject(reason);
    this.#abort.abort(reason);
  }
}

/** The token requests in flight: one per key at a time, and at most one more that begins after it. */
export class SingleFlight<T extends AccessToken> {
  readonly #latest = new Map<string, InFlightRequest<T>>();

  /** The number of keys with a request in flight. */
  get size(): number {
    return this.#latest.size;
  }

  has(key: CacheKey): boolean {
    return this.#latest.has(keyText(key));
  }

  /** Returns the request in flight whose token the caller can use, if there is one, and adds the rejection to it. */
  join(key: CacheKey, rejection: Rejection | undefined): InFlightRequest<T> | undefined {
    const pending = this.#latest.get(keyText(key));
    if (pending === undefined || !pending.satisfies(rejection)) return undefined;
    if (rejection !== undefined && !pending.refuses(rejection.token)) {
      pending.rejected.push(rejection);
    }
    return pending;
  }

  /** Starts a request. A request in flight for the same key is superseded, and the new request waits for it. */
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

  /** Marks the key's request as outdated, if it has begun. */
  supersede(key: CacheKey): void {
    const pending = this.#latest.get(keyText(key));
    if (pending?.begun) pending.superseded = true;
  }

  /** Marks the requests that have begun as outdated, for the keys that pass the test. */
  supersedeWhere(test: (key: CacheKey) => boolean): void {
    for (const pending of this.#latest.values()) {
      if (pending.begun && test(pending.key)) pending.superseded = true;
    }
  }

  /** Aborts all requests. */
  abort(reason: Error): void {
    for (const pending of this.#latest.values()) pending.abort(reason);
    this.#latest.clear();
  }
}
