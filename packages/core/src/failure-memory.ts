import { type CacheKey, keyText } from "./cache-key.ts";
import type { CacheSettings } from "./cache-options.ts";
import { TokenError } from "./token-error.ts";

const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 30_000;
/** A server that asks for more is mistaken, or means to keep us away: it is asked again after this. */
const MAX_RETRY_AFTER_MS = 3_600_000;
const MAX_REMEMBERED = 1_024;

/** Failures that say something about one call or one caller, not about the next, unless a retry is said to help. */
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

/** What a request that failed was for, and when, in instants of the timeline. */
export interface FailedRequest {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
  readonly sentAt: number;
  readonly now: number;
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
  recall({ key, tenant, now }: Omit<FailedRequest, "sentAt">): TokenError | undefined {
    const refusal = this.#refusals.get(keyText(key));
    if (refusal !== undefined && now < refusal.until) return refusal.error;
    const backOff = this.#backOffs.get(tenant ?? "");
    return backOff !== undefined && now < backOff.until ? heldBack(backOff, now) : undefined;
  }

  /** Takes note of a failed request. */
  failed(error: unknown, request: FailedRequest): void {
    if (!TokenError.isInstance(error)) return;
    if (error.retryable) {
      this.#backOff(error, request);
      return;
    }
    if (NOT_REMEMBERED.has(error.code)) return;
    const { key, now } = request;
    const { failureLifetimeMs, minRefreshIntervalMs } = this.#settings;
    const lifetime = error.code === "ERR_TOKEN_REJECTED" ? minRefreshIntervalMs : failureLifetimeMs;
    keep(this.#refusals, keyText(key), { key, error, until: now + lifetime });
  }

  #backOff(error: TokenError, { tenant = "", sentAt, now }: FailedRequest): void {
    const last = this.#backOffs.get(tenant);
    const asked = now + Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    // Requests that were on their way together failed together: that counts once, however many users there are.
    if (last !== undefined && sentAt < last.until) {
      keep(this.#backOffs, tenant, { ...last, until: Math.max(last.until, Math.ceil(asked)) });
      return;
    }
    const failures = (last?.failures ?? 0) + 1;
    const ceiling = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
    const until = Math.ceil(Math.max(now + this.#settings.random() * ceiling, asked));
    keep(this.#backOffs, tenant, { error, failures, until });
  }

  /** Takes note of a request that brought a token: the tenant's token endpoint is well again. */
  succeeded(tenant: string | undefined): void {
    this.#backOffs.delete(tenant ?? "");
  }

  /**
   * Takes note of the key's new token. It is a replacement if it came because a server refused the last one
   * (`replaces`), or after the time that followed upon such a refusal.
   */
  received(key: CacheKey, { replaces, now }: { replaces: boolean; now: number }): void {
    const text = keyText(key);
    const isReplacement = replaces || this.#refusals.get(text)?.error.code === "ERR_TOKEN_REJECTED";
    this.#refusals.delete(text);
    if (!isReplacement) return;
    keep(this.#replacements, text, { key, until: now + this.#settings.minRefreshIntervalMs });
  }

  /** Takes note that a server refused the key's token: if that is a replacement of just now, no other is fetched. */
  refused(key: CacheKey, now: number): void {
    const text = keyText(key);
    const until = this.#replacements.get(text)?.until ?? now;
    if (until > now) keep(this.#refusals, text, { key, error: refusedAgain(), until });
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

/** Makes the error for a token that is no better than the one which a server refused. */
export function refusedAgain(): TokenError {
  return new TokenError(
    "ERR_TOKEN_REJECTED",
    "Cannot use the token: the server refused it, and the one that replaced it too; check that its audience and issuer are the ones the server expects",
  );
}

function heldBack({ error, failures, until }: BackOff, now: number): TokenError {
  const { code, status, oauthError, retryable } = error;
  return new TokenError(
    code,
    `Cannot request a token: holding back for ${until - now} ms after ${failures} failed ${failures === 1 ? "request" : "requests"} in a row`,
    { cause: error, status, oauthError, retryAfterMs: until - now, retryable },
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
