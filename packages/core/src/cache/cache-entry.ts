import type { CacheKey } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";

/** After a failed refresh, the old token is returned until this long before its expiry. */
const LAST_RESORT_MS = 2_000;
/** Before every instant of a hybrid clock, which begins at zero and may go slightly below zero when the wall clock is set back. */
const LONG_AGO = -(2 ** 30);

/** The deadlines of an entry, as instants of the hybrid clock. */
export interface EntryDeadlines {
  readonly sentAt: number;
  readonly soft: number;
  readonly hard: number;
  readonly end: number;
}

/** A cached token with its deadlines. A killed entry has expired, so a handle that still holds the entry stops using it. */
export class CacheEntry<T extends AccessToken> {
  readonly token: T;
  readonly principal: string | undefined;
  readonly shape: string;
  readonly sentAt: number;
  /** The token is `fresh` before this instant and `stale` after it, when it is refreshed ahead. */
  soft: number;
  /** The token is `expired` from this instant on. */
  hard: number;
  /** The expiry of the token itself. */
  end: number;
  /** Whether the entry was used since the table last passed it. The table then spares the entry once: its second chance. */
  visited = false;
  /** The subject's next younger entry; for the youngest, the oldest. Such a ring costs less than a Map for each subject. */
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

  /** The current deadlines. */
  get deadlines(): EntryDeadlines {
    const { sentAt, soft, hard, end } = this;
    return { sentAt, soft, hard, end };
  }

  /** Tells whether the expired token may still be returned if there is no better token. */
  isLastResort(now: number): boolean {
    return now < this.lastResortUntil;
  }

  /** The instant until which the expired token may be returned. */
  get lastResortUntil(): number {
    return this.end - LAST_RESORT_MS;
  }

  /** Tells whether the entry holds the given token. */
  holds(token: AccessToken): boolean {
    return this.token === token || this.token.token === token.token;
  }

  /** Moves later deadlines to `end`. */
  limit(end: number): void {
    this.end = Math.min(this.end, end);
    this.hard = Math.min(this.hard, end);
    this.soft = Math.min(this.soft, end);
  }

  /** Postpones the next refresh to `instant`, or to the hard deadline if that is earlier. */
  postponeRefresh(instant: number): void {
    this.soft = Math.min(this.hard, instant);
  }

  /** Lets the token be used only after a look at the shared store, or as a last resort. */
  doubt(now: number): void {
    this.hard = Math.min(this.hard, now);
    this.soft = Math.min(this.soft, now);
  }

  /** Expires the entry at once, also for handles that still hold it. */
  kill(): void {
    this.limit(LONG_AGO);
  }
}
