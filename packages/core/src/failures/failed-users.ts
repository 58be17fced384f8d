import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import type { CacheKey } from "../key/cache-key.ts";

/** The maximum number of users that are remembered. */
const MAX_FAILED = 64;
/** An endpoint that asks all callers to wait is probed after this time at the latest. */
const MAX_SHARED_RETRY_AFTER_MS = 60_000;

/** The users whose requests failed at an endpoint since its last response. */
export class FailedUsers {
  readonly #failed = boundedMap<string, { readonly key: CacheKey; readonly retryAfterMs: number }>(
    MAX_FAILED,
  );

  /** The number of users, at most 64. */
  get size(): number {
    return this.#failed.size;
  }

  has(user: string): boolean {
    return this.#failed.has(user);
  }

  /**
   * Records a failure.
   *
   * @param retryAfterMs how long the server asked this user to wait.
   */
  add(key: CacheKey, retryAfterMs: number | undefined): void {
    this.#failed.set(userOf(key), { key, retryAfterMs: retryAfterMs ?? 0 });
  }

  /** Returns how long the endpoint asks everyone to wait: the shortest wait of the last `users` users, at most a minute. */
  sharedRetryAfterMs(users: number): number {
    // The latest come first.
    const told = [...this.#failed.values()].slice(0, users).map(({ retryAfterMs }) => retryAfterMs);
    return Math.min(MAX_SHARED_RETRY_AFTER_MS, ...told);
  }

  /** Forgets the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    deleteWhere(this.#failed, ({ key }) => test(key));
  }

  clear(): void {
    this.#failed.clear();
  }
}

/** Names the user of a key. All targets of a user count as one. System tokens have no user, so each target counts by itself. */
export function userOf({ principal, subject, shape }: CacheKey): string {
  if (principal !== undefined) return `principal ${principal}`;
  return subject === undefined ? `target ${shape}` : `subject ${subject}`;
}
