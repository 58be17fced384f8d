import type { CacheKey } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";

/** Up to so long before its end, a token is still handed out where a refresh has just failed. */
const LAST_RESORT_MS = 2_000;
/** Before every instant of a hybrid clock: it begins at zero, and falls below that by what it bears of a clock put back. */
const LONG_AGO = -(2 ** 30);

/** The deadlines of an entry, as instants of the cache's time. */
export interface EntryDeadlines {
  readonly sentAt: number;
  readonly soft: number;
  readonly hard: number;
  readonly end: number;
}

/** A cached token with its deadlines. A killed entry has none left, which is how those that hold on to it notice. */
export class CacheEntry<T extends AccessToken> {
  readonly token: T;
  readonly principal: string | undefined;
  readonly shape: string;
  readonly sentAt: number;
  /** `fresh` before, `stale` from here: the token is refreshed ahead. */
  soft: number;
  /** `expired` from here. */
  hard: number;
  /** Where the token itself ends. */
  end: number;
  /** Set by a hit, taken away by the table in passing: the second chance. */
  visited = false;
  /** The subject's next younger token, after the youngest the oldest: a ring costs less than a Map for each subject. */
  next: CacheEntry<T> = this;

  constructor(token: T, { principal, shape }: CacheKey, deadlines: EntryDeadlines) {
    this.token = token;
    this.principal = principal;
    this.shape = shape;
    this.sentAt = deadlines.sentAt;
    this.soft = deadlines.soft;
    this.hard = deadlines.hard;
    this.end = deadlines.end;
  }

  /** Its deadlines as they are now. */
  get deadlines(): EntryDeadlines {
    const { sentAt, soft, hard, end } = this;
    return { sentAt, soft, hard, end };
  }

  /** Tells whether the token may be handed out although it is expired, because there is no better one. */
  isLastResort(now: number): boolean {
    return now < this.lastResortUntil;
  }

  /** Until when the token may be handed out although it is expired. */
  get lastResortUntil(): number {
    return this.end - LAST_RESORT_MS;
  }

  /** Tells whether this is the token a server refused. */
  holds(token: AccessToken): boolean {
    return this.token === token || this.token.token === token.token;
  }

  /** Lets the entry end no later than `end`. */
  limit(end: number): void {
    this.end = Math.min(this.end, end);
    this.hard = Math.min(this.hard, end);
    this.soft = Math.min(this.soft, end);
  }

  /** Holds the next refresh back until `instant`, in so far as the token lasts. */
  postponeRefresh(instant: number): void {
    this.soft = Math.min(this.hard, instant);
  }

  /** Ends the entry at once, for handles that still hold it too. */
  kill(): void {
    this.limit(LONG_AGO);
  }
}
