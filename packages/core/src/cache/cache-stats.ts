/** What a cache has done since it was created, and what it holds now. */
export interface CacheStats {
  /** The number of calls that got a fresh token. */
  readonly hits: number;
  /** The number of calls that got a stale token, which the cache then refreshed ahead. */
  readonly stale: number;
  /** The number of calls that waited for a request, or got the error of an earlier request. */
  readonly misses: number;
  /** The number of requests to the source. */
  readonly requests: number;
  /** The number of tokens taken from the shared store in place of a request. */
  readonly storeHits: number;
  /** The number of failed requests. */
  readonly failures: number;
  /** The number of cached tokens that a server refused. */
  readonly rejected: number;
  /** The number of tokens that were evicted to make room. */
  readonly evicted: number;
  /** The number of cached system tokens. */
  readonly entries: number;
  /** The number of cached user tokens. */
  readonly subjectEntries: number;
  /** The number of keys with a request in flight. */
  readonly inFlight: number;
}
