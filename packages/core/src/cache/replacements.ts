import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import { type CacheKey, keyText } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import { digest } from "../token/digest.ts";

/** Keys whose replacements are remembered; beyond it the one not asked for longest goes. */
const MAX_REMEMBERED = 1_024;

interface Replacement {
  readonly key: CacheKey;
  /** Digest of the token that came for a refused one. */
  readonly token: string;
  /** Instant of the hybrid clock. */
  readonly until: number;
  /** The servers that refused this token too. */
  readonly refusedBy: Set<string>;
}

/**
 * Remembers which tokens replaced refused ones. Within an interval a key's token is replaced once, however many servers
 * refuse it, and what one server refuses stays good for the others.
 */
export class Replacements {
  readonly #intervalMs: number;
  readonly #latest = boundedMap<string, Replacement>(MAX_REMEMBERED);

  constructor({ minRefreshIntervalMs }: { readonly minRefreshIntervalMs: number }) {
    this.#intervalMs = minRefreshIntervalMs;
  }

  /** Takes note that `token` is what the source has for a refused token of the key. */
  add(key: CacheKey, token: AccessToken, now: number): void {
    const until = now + this.#intervalMs;
    const replacement = { key, token: digest(token.token), until, refusedBy: new Set<string>() };
    this.#latest.set(keyText(key), replacement);
  }

  /**
   * Tells whether a server's refusal of `token` is final for now: it is the replacement, or the server refused the
   * replacement before.
   *
   * @param by the URL of the server, if the caller told it.
   * @param current the token that the key has now.
   */
  isFinal(
    { key, token, by }: { key: CacheKey; token: AccessToken; by: string | undefined },
    { current, now }: { current: AccessToken | undefined; now: number },
  ): boolean {
    const replacement = this.#latest.get(keyText(key));
    if (replacement === undefined || now >= replacement.until) return false;
    if (digest(token.token) === replacement.token) {
      if (by !== undefined) replacement.refusedBy.add(by);
      return true;
    }
    if (by === undefined || current === undefined || !replacement.refusedBy.has(by)) return false;
    return digest(current.token) === replacement.token;
  }

  /** Forgets what is known of one key. */
  delete(key: CacheKey): void {
    this.#latest.delete(keyText(key));
  }

  /** Forgets what is known of the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#latest, ({ key }) => test(key));
  }
}

/** Makes the error for a token that is no better than the one which a server refused. */
export function refusedAgain(): TokenError {
  return new TokenError(
    "ERR_TOKEN_REJECTED",
    "Cannot use the token: the server refused it, and the one that replaced it too; check that its audience and issuer are the ones the server expects",
  );
}

/**
 * Returns the token that the source had for a refused one.
 *
 * @throws TokenError `ERR_TOKEN_REJECTED` if it is the same.
 */
export function notRefused<T extends AccessToken>(token: T, rejected: AccessToken): T {
  if (token.token === rejected.token) throw refusedAgain();
  return token;
}
