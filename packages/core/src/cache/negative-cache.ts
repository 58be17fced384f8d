import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import { type CacheKey, keyText } from "../key/cache-key.ts";
import type { CacheSettings } from "./cache-options.ts";

/** Keys whose failures are remembered; beyond it the one not asked for longest goes. */
const MAX_REMEMBERED = 1_024;
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 30_000;
/** A server that asks for more is mistaken, or means to keep us away: it is asked again after this. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Failures that say something about one call, not about the next one of the same key. `ERR_TOKEN_REJECTED` is what
 * the source says to a caller whose token was refused: {@link Replacements} knows for whom that holds.
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
  /** How often in a row the key failed in a way that a retry may mend. */
  readonly times: number;
  /** Instant of the hybrid clock. */
  readonly until: number;
}

/** A request that failed, and when, as an instant of the hybrid clock. */
export interface FailedRequest {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
  readonly now: number;
}

/**
 * Remembers for a short while the failures of each key, so that callers who ask again do not hammer a token endpoint that
 * just said no. A failure is its own key's: it says nothing of other users.
 */
export class NegativeCache {
  readonly #settings: Pick<CacheSettings, "failureLifetimeMs" | "random">;
  readonly #failures = boundedMap<string, Failure>(MAX_REMEMBERED);

  constructor(settings: Pick<CacheSettings, "failureLifetimeMs" | "random">) {
    this.#settings = settings;
  }

  /**
   * Returns the failure that makes a new request for the key pointless now, if there is one.
   *
   * @param isDown the token endpoint is held to be down: what the key failed with is its failure, and calls wait for a probe.
   */
  recall(key: CacheKey, { now, isDown }: { now: number; isDown: boolean }): TokenError | undefined {
    const failure = this.#failures.get(keyText(key));
    if (failure === undefined || now >= failure.until) return undefined;
    if (isDown && isOutage(failure.error)) return undefined;
    return failure.error.retryable ? heldBack(failure, now) : failure.error;
  }

  /** Takes note of a failed request. */
  add(error: unknown, { key, tenant, now }: FailedRequest): void {
    if (!TokenError.isInstance(error) || NOT_REMEMBERED.has(error.code)) return;
    const text = keyText(key);
    const times = error.retryable ? (this.#failures.get(text)?.times ?? 0) + 1 : 0;
    const until = error.retryable
      ? this.#backOffUntil(error, { times, now })
      : now + this.#settings.failureLifetimeMs;
    this.#failures.set(text, { key, tenant, error, times, until });
  }

  /** Takes note that a request for the key brought a token; forgets its failures. */
  delete(key: CacheKey): void {
    this.#failures.delete(keyText(key));
  }

  /** Forgets the failures of the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#failures, ({ key }) => test(key));
  }

  /** Forgets the failures that a tenant's token endpoint caused by being down. */
  deleteOutage(tenant: string | undefined): void {
    deleteWhere(this.#failures, (failure) => failure.tenant === tenant && isOutage(failure.error));
  }

  /** Exponential back-off with full jitter, or what the server asked for if that is longer. */
  #backOffUntil(error: TokenError, { times, now }: { times: number; now: number }): number {
    const ceiling = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (times - 1));
    const asked = Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    return Math.ceil(now + Math.max(this.#settings.random() * ceiling, asked));
  }
}

/** A server that asks one user to wait is not down. */
function isOutage({ retryable, retryAfterMs }: TokenError): boolean {
  return retryable && retryAfterMs === undefined;
}

function heldBack({ error, times, until }: Failure, now: number): TokenError {
  const { code, status, oauthError, retryable } = error;
  return new TokenError(
    code,
    `Cannot request a token: holding back for ${until - now} ms after ${times} failed ${times === 1 ? "request" : "requests"} in a row`,
    { cause: error, status, oauthError, retryAfterMs: until - now, retryable },
  );
}
