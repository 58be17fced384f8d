import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import { retoldError } from "../errors/retold-error.ts";
import { TokenError } from "../errors/token-error.ts";
import { type CacheKey, keyText } from "../key/cache-key.ts";

/** The maximum number of keys. Beyond it the least recently used key is forgotten. */
const MAX_REMEMBERED = 1_024;
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 30_000;
/** The longest `Retry-After` that is respected. A longer one is taken for a mistake of the server. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Codes of failures that concern one call only, not the next call of the same key. A source throws `ERR_TOKEN_REJECTED` for a
 * caller whose token was refused; {@link Replacements} knows which callers that concerns.
 */
const NOT_REMEMBERED = new Set([
  "ERR_TOKEN_SUBJECT_REQUIRED",
  "ERR_TOKEN_CLOSED",
  "ERR_TOKEN_REJECTED",
]);

interface Failure {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
  readonly error: TokenError;
  /** How many times in a row the key failed with a retryable error. */
  readonly times: number;
  /** When the failure is forgotten, as an instant of the hybrid clock. */
  readonly until: number;
}

/** A failed request. `now` is the time of the failure, as an instant of the hybrid clock. */
export interface FailedRequest {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
  readonly now: number;
}

/**
 * Remembers the failures of each key for a short time, so that repeated calls do not flood a token endpoint that just refused
 * them. A failure counts for its own key only, not for other users.
 */
export class NegativeCache {
  readonly #settings: NegativeCacheSettings;
  readonly #failures = boundedMap<string, Failure>(MAX_REMEMBERED);

  constructor(settings: NegativeCacheSettings) {
    this.#settings = settings;
  }

  /**
   * Returns the failure that makes a new request for the key pointless now, if there is one.
   *
   * @param isDown whether the token endpoint counts as down. Its failures are then not returned, and calls wait for a probe.
   */
  recall(key: CacheKey, { now, isDown }: { now: number; isDown: boolean }): TokenError | undefined {
    const failure = this.#failures.get(keyText(key));
    if (failure === undefined || now >= failure.until) return undefined;
    if (isDown && isOutage(failure.error)) return undefined;
    return failure.error.retryable ? heldBack(failure, now) : failure.error;
  }

  /** Records a failed request. */
  add(error: unknown, { key, tenant, now }: FailedRequest): void {
    if (!TokenError.isInstance(error) || NOT_REMEMBERED.has(error.code)) return;
    const text = keyText(key);
    const times = error.retryable ? (this.#failures.get(text)?.times ?? 0) + 1 : 0;
    const until = error.retryable
      ? this.#backOffUntil(error, { times, now })
      : now + this.#settings.failureLifetimeMs;
    this.#failures.set(text, { key, tenant, error, times, until });
  }

  /** Forgets the failures of a key. */
  delete(key: CacheKey): void {
    this.#failures.delete(keyText(key));
  }

  /** Forgets the failures of the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#failures, ({ key }) => test(key));
  }

  /** Forgets the failures that an outage of a tenant's token endpoint caused. */
  deleteOutage(tenant: string | undefined): void {
    deleteWhere(this.#failures, (failure) => failure.tenant === tenant && isOutage(failure.error));
  }

  /** Computes an exponential back-off with full jitter. If the server asked for a longer wait, that wait counts. */
  #backOffUntil(error: TokenError, { times, now }: { times: number; now: number }): number {
    const ceiling = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (times - 1));
    const asked = Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    return Math.ceil(now + Math.max(this.#settings.random() * ceiling, asked));
  }
}

/** Tells whether an error shows an outage. A server that asks one user to wait is not down. */
function isOutage({ retryable, retryAfterMs }: TokenError): boolean {
  return retryable && retryAfterMs === undefined;
}

function heldBack({ error, times, until }: Failure, now: number): TokenError {
  return retoldError(
    error,
    `Cannot request a token: holding back for ${until - now} ms after ${times} failed ${times === 1 ? "request" : "requests"} in a row`,
    { cause: error, retryAfterMs: until - now },
  );
}

/** How long a refusal is remembered, in milliseconds, and the jitter of outages. */
export interface NegativeCacheSettings {
  readonly failureLifetimeMs: number;
  readonly random: () => number;
}
