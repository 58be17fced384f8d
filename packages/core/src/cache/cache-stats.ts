/** What a cache has done since it was made, and what it holds now. */
export interface CacheStats {
  /** Calls answered with a fresh token. */
  readonly hits: number;
  /** Calls answered with a stale token, which was then refreshed ahead. */
  readonly stale: number;
  /** Calls that had to wait for a request, or were told of one that had failed. */
  readonly misses: number;
  /** Requests made of the source. */
  readonly requests: number;
  /** Requests that failed. */
  readonly failures: number;
  /** Cached tokens that a server refused. */
  readonly rejected: number;
  /** Tokens pushed out by others. */
  readonly evicted: number;
  /** Tokens held that no user stands behind. */
  readonly entries: number;
  /** Tokens held for users. */
  readonly subjectEntries: number;
  /** Keys with a request on its way. */
  readonly inFlight: number;
}
