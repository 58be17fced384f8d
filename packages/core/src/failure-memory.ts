import { type CacheKey, keyText } from "./cache-key.ts";
import type { CacheSettings } from "./cache-options.ts";
import { TokenError } from "./token-error.ts";

const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 30_000;
const MAX_REMEMBERED = 1_024;

/** Failures that say something about one call or one caller, not about the next. */
const NOT_REMEMBERED = new Set([
  "ERR_TOKEN_SUBJECT_REQUIRED",
  "ERR_TOKEN_PROVIDER",
  "ERR_TOKEN_CLOSED",
]);

interface BackOff {
  readonly error: TokenError;
  readonly failures: number;
  /** Instant of the timeline. */
  readonly until: number;
}

interface Replacement {
  readonly key: CacheKey;
  readonly until: number;
}

interface Refusal extends Replacement {
  readonly error: TokenError;
}

/**
 * Remembers failures for a short while, so that callers who ask again do not hammer a token endpoint that just said
 * no. A refusal holds for the request it was given to; trouble on the way (network, 429, 5xx) holds for the tenant.
 * All of it is bounded, and none of it displaces a token.
 */
export class FailureMemory {
  readonly #settings: CacheSettings;
  readonly #refusals = new Map<string, Refusal>();
  readonly #backOffs = new Map<string, BackOff>();
  /** Until when the refusal of a token that replaces a refused one ends in an error. */
  readonly #replacements = new Map<string, Replacement>();

  constructor(settings: CacheSettings) {
    this.#settings = settings;
  }

  /** Returns the failure that makes a new request for the key pointless now, if there is one. */
  recall(key: CacheKey, tenant: string | undefined, now: number): TokenError | undefined {
    const refusal = this.#refusals.get(keyText(key));
    if (refusal !== undefined && now < refusal.until) return refusal.error;
    const backOff = this.#backOffs.get(tenant ?? "");
    return backOff !== undefined && now < backOff.until ? heldBack(backOff, now) : undefined;
  }

  /** Takes note of a failed request. */
  failed(key: CacheKey, tenant: string | undefined, error: unknown, now: number): void {
    if (!TokenError.isInstance(error) || NOT_REMEMBERED.has(error.code)) return;
    if (!error.retryable) {
      keep(this.#refusals, keyText(key), {
        key,
        error,
        until: now + this.#settings.failureLifetimeMs,
      });
      return;
    }
    const failures = (this.#backOffs.get(tenant ?? "")?.failures ?? 0) + 1;
    const ceiling = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
    const wait = Math.max(this.#settings.random() * ceiling, error.retryAfterMs ?? 0);
    keep(this.#backOffs, tenant ?? "", { error, failures, until: Math.ceil(now + wait) });
  }

  /** Takes note of a request that brought a token: the tenant's token endpoint is well again. */
  succeeded(tenant: string | undefined): void {
    this.#backOffs.delete(tenant ?? "");
  }

  /** Takes note that a refused token was replaced by a new one. */
  replaced(key: CacheKey, now: number): void {
    const until = now + this.#settings.minRefreshIntervalMs;
    keep(this.#replacements, keyText(key), { key, until });
  }

  /** Tells whether the key's token replaced a refused one just now. */
  isReplacement(key: CacheKey, now: number): boolean {
    const replacement = this.#replacements.get(keyText(key));
    return replacement !== undefined && now < replacement.until;
  }

  /** Takes note that a server refuses what the source has to offer; returns the error for it. */
  rejected(key: CacheKey, now: number): TokenError {
    const replacement = this.#replacements.get(keyText(key))?.until ?? now;
    const until = replacement > now ? replacement : now + this.#settings.minRefreshIntervalMs;
    const error = new TokenError(
      "ERR_TOKEN_REJECTED",
      "Cannot use the token: the server refused it, and the one that replaced it too; check that its audience and issuer are the ones the server expects",
    );
    keep(this.#refusals, keyText(key), { key, error, until });
    return error;
  }

  /** Forgets what is known of the keys that pass the test. */
  forgetWhere(test: (key: CacheKey) => boolean): void {
    for (const table of [this.#refusals, this.#replacements]) {
      for (const [text, { key }] of table) if (test(key)) table.delete(text);
    }
  }

  /** Forgets everything, back-off included: the source is another one now. */
  clear(): void {
    this.#refusals.clear();
    this.#replacements.clear();
    this.#backOffs.clear();
  }
}

function heldBack({ error, failures, until }: BackOff, now: number): TokenError {
  return new TokenError(
    error.code,
    `Cannot request a token: holding back for ${until - now} ms after ${failures} failed ${failures === 1 ? "request" : "requests"} in a row`,
    { cause: error, status: error.status, oauthError: error.oauthError, retryAfterMs: until - now },
  );
}

/** Oldest out first. */
function keep<V>(table: Map<string, V>, key: string, value: V): void {
  table.delete(key);
  table.set(key, value);
  if (table.size > MAX_REMEMBERED) {
    for (const oldest of table.keys()) {
      table.delete(oldest);
      return;
    }
  }
}
