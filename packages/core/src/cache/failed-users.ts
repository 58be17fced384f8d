import type { CacheKey } from "../key/cache-key.ts";

/** Users that are remembered. */
const MAX_FAILED = 64;
/** An endpoint that asks all callers to wait is probed after this, however long it asked for. */
const MAX_SHARED_RETRY_AFTER_MS = 60_000;

/** The users whose requests failed at an endpoint since its last response, the latest last. */
export class FailedUsers {
  readonly #failed = new Map<string, { readonly key: CacheKey; readonly retryAfterMs: number }>();

  /** How many there are, up to 64. */
  get size(): number {
    return this.#failed.size;
  }

  has(user: string): boolean {
    return this.#failed.has(user);
  }

  /** @param retryAfterMs how long the server asked this user to wait. */
  add(key: CacheKey, retryAfterMs: number | undefined): void {
    const user = userOf(key);
    this.#failed.delete(user);
    this.#failed.set(user, { key, retryAfterMs: retryAfterMs ?? 0 });
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= MAX_FAILED) break;
      this.#failed.delete(oldest);
    }
  }

  /** How long the endpoint asks everybody to wait: what the last so many users were all told, at most a minute. */
  sharedRetryAfterMs(users: number): number {
    const told = [...this.#failed.values()].slice(-users).map(({ retryAfterMs }) => retryAfterMs);
    return Math.min(MAX_SHARED_RETRY_AFTER_MS, ...told);
  }

  /** Takes it that the keys which pass the test never failed. */
  deleteWhere(test: (key: CacheKey) => boolean): void {
    for (const [user, { key }] of this.#failed) if (test(key)) this.#failed.delete(user);
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
