import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import type { CacheKey } from "../key/cache-key.ts";

/** Users that are remembered. */
const MAX_FAILED = 64;
/** An endpoint that asks all callers to wait is probed after this, however long it asked for. */
const MAX_SHARED_RETRY_AFTER_MS = 60_000;

/** The users whose requests failed at an endpoint since its last response. */
export class FailedUsers {
  readonly #failed = boundedMap<string, { readonly key: CacheKey; readonly retryAfterMs: number }>(
    MAX_FAILED,
  );

  /** How many there are, up to 64. */
  get size(): number {
    return this.#failed.size;
  }

  has(user: string): boolean {
    return this.#failed.has(user);
  }

  /** @param retryAfterMs how long the server asked this user to wait. */
  add(key: CacheKey, retryAfterMs: number | undefined): void {
    this.#failed.set(userOf(key), { key, retryAfterMs: retryAfterMs ?? 0 });
  }

  /** How long the endpoint asks everybody to wait: what the last so many users were all told, at most a minute. */
  sharedRetryAfterMs(users: number): number {
    // The latest come first.
    const told = [...this.#failed.values()].slice(0, users).map(({ retryAfterMs }) => retryAfterMs);
    return Math.min(MAX_SHARED_RETRY_AFTER_MS, ...told);
  }

  /** Takes it that the keys which pass the test never failed. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#failed, ({ key }) => test(key));
  }

  clear(): void {
    this.#failed.clear();
  }
}

/** Names who a key is for. One user's targets fail for one reason; system tokens are told apart by their target. */
export function userOf({ principal, subject, shape }: CacheKey): string {
  if (principal !== undefined) return `principal ${principal}`;
  return subject === undefined ? `target ${shape}` : `subject ${subject}`;
}
