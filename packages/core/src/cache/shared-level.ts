import { SharedTokens } from "../store/shared-tokens.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenSource } from "../token/token-source.ts";
import type { CacheEvents } from "./cache-events.ts";
import type { CacheSettings } from "./cache-options.ts";
import type { EntryUser } from "./entry-table.ts";

/**
 * Makes the second level of a cache, the shared store; `undefined` if the cache has none.
 *
 * @throws TypeError if the source's identity may not leave the process. It says why.
 */
export function sharedTokens<T extends AccessToken>(
  source: TokenSource<T>,
  { settings, events, onEvicted, onDoubt }: SharedLevelContext,
): SharedTokens<T> | undefined {
  const { store, clock, random, expiryBufferMs, maxLifetimeMs } = settings;
  if (store === undefined) return undefined;
  const { sharing = "it does not say that its identity means the same in every process" } = source;
  if (sharing !== true) {
    throw new TypeError(
      `Cannot create a cache: "store" may not hold the tokens of this source, for ${sharing}; leave "store" out, or use a source whose "sharing" is true`,
    );
  }
  return new SharedTokens<T>({
    store,
    identity: () => source.identity,
    clock,
    random,
    expiryBufferMs,
    maxLifetimeMs,
    onEvicted,
    onDoubt,
    onUnavailable: ({ reason }) => events.emit({ type: "store-unavailable", reason }),
    onUnreadable: (reason) => events.emit({ type: "store-unreadable", reason }),
    onSkipped: () => events.emit({ type: "store-skipped" }),
  });
}

/** What {@link sharedTokens} needs of the cache. */
export interface SharedLevelContext {
  readonly settings: CacheSettings;
  readonly events: CacheEvents;
  /** Forgets a user, for the notice of another process. */
  readonly onEvicted: (user: EntryUser) => void;
  /** Makes everything in memory doubtful. */
  readonly onDoubt: () => void;
}
