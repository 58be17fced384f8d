import type { CacheKey } from "../key/cache-key.ts";

/** The maximum number of users that are remembered. */
const MAX_FAILED = 64;
/** An endpoint that asks all callers to wait is probed after this time at the latest. */
const MAX_SHARED_RETRY_AFTER_MS = 60_000;

/** The users whose requests failed at an endpoint since its last response, in the order of failure. */
export class FailedUsers {
  readonly #failed = new Map<string, { readonly key: CacheKey; readonly retryAfterMs: number }>();

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
    const user = userOf(key);
    this.#failed.delete(user);
    this.#failed.set(user, { key, retryAfterMs: retryAfterMs ?? 0 });
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= MAX_FAILED) break;
      this.#failed.delete(oldest);
    }
  }

  /** Returns how long the endpoint asks everyone to wait: the shortest wait of the last `users` users, at most a minute. */
  sharedRetryAfterMs(users: number): number {
    const told = [...this.#failed.values()].slice(-users).map(({ retryAfterMs }) => retryAfterMs);
    return Math.min(MAX_SHARED_RETRY_AFTER_MS, ...told);
  }

  /** Forgets the keys that pass the test. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    for (const [user, { key }] of this.#failed) if (test(key)) this.#failed.delete(user);
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
