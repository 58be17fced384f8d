import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import { type CacheKey, keyText } from "../key/cache-key.ts";
import type { AccessToken } from "../token/access-token.ts";
import { digest } from "../token/digest.ts";

/** The maximum number of keys. Beyond it the least recently used key is forgotten. */
const MAX_REMEMBERED = 1_024;

interface Replacement {
  readonly key: CacheKey;
  /** Digest of the token that replaced a refused token. */
  readonly token: string;
  /** When the replacement is forgotten, as an instant of the hybrid clock. */
  readonly until: number;
  /** The URLs of the servers that refused the replacement too. */
  readonly refusedBy: Set<string>;
}

/**
 * Remembers which tokens replaced refused tokens. Within an interval a key's token is replaced once, for any number of servers
 * that refuse it. A token that one server refuses stays valid for the other servers.
 */
export class Replacements {
  readonly #intervalMs: number;
  readonly #latest = boundedMap<string, Replacement>(MAX_REMEMBERED);

  constructor({ minRefreshIntervalMs }: { readonly minRefreshIntervalMs: number }) {
    this.#intervalMs = minRefreshIntervalMs;
  }

  /** Records that `token` replaced a refused token of the key. */
  add(key: CacheKey, token: AccessToken, now: number): void {
    const until = now + this.#intervalMs;
    const replacement = { key, token: digest(token.token), until, refusedBy: new Set<string>() };
    this.#latest.set(keyText(key), replacement);
  }

  /**
   * Tells whether a server's refusal of `token` is final for now. It is final if `token` is the replacement, or if the same server
   * refused the replacement before.
   *
   * @param by the URL of the server; `undefined` if the caller did not name it.
   * @param current the current token of the key.
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

  /** Forgets the replacement of one key. */
  delete(key: CacheKey): void {
    this.#latest.delete(keyText(key));
  }

  /** Forgets the replacements of the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#latest, ({ key }) => test(key));
  }
}

/** Makes the error for a call whose server refused the token and its replacement. */
export function refusedAgain(): TokenError {
  return new TokenError(
    "ERR_TOKEN_REJECTED",
    "Cannot use the token: the server refused this token and its replacement; check that the server expects its audience and issuer",
  );
}

/**
 * Returns `token`, unless it is the refused token.
 *
 * @throws TokenError `ERR_TOKEN_REJECTED` if both tokens are the same.
 */
export function notRefused<T extends AccessToken>(token: T, rejected: AccessToken): T {
  if (token.token === rejected.token) throw refusedAgain();
  return token;
}
