import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import type { AccessToken } from "../token/access-token.ts";
import { earliest, resolveExpiresAt } from "../token/expires-at.ts";
import { isEpochSeconds } from "../token/jwt-claims.ts";
import { refreshShare, usableLifetimeMs } from "../token/usable-lifetime.ts";
import type { EntryDeadlines } from "./cache-entry.ts";
import type { CacheSettings } from "./cache-options.ts";

/** The deadlines of a token. */
export interface TokenDeadlines extends EntryDeadlines {
  /** Whether the token, its server or the subject's expiry stated the end. */
  readonly isStated: boolean;
}

/** What {@link tokenDeadlines} needs in addition to the token. */
export interface TokenDeadlinesContext {
  /** When the request was sent, as an instant of the hybrid clock. */
  readonly sentAt: number;
  /** The same moment in epoch milliseconds of the wall clock, which may have been corrected since. */
  readonly sentAtMs: number;
  /** When the subject token expires, in epoch milliseconds; `undefined` if unknown. */
  readonly subjectExpiresAt: number | undefined;
  readonly settings: CacheSettings;
  /** Called with each unusable claim about the expiry. */
  readonly onSkipped: (field: LifetimeSkippedEvent["field"]) => void;
  /** Called with the token's lifetime in milliseconds when it is cut. */
  readonly onCut: (lifetimeMs: number) => void;
}

/**
 * Computes until when a token may be used: until its own expiry, else for the fallback lifetime, but never past the expiry of
 * the subject token. It draws the jitter once per entry, so that entries and processes do not refresh at the same time.
 */
export function tokenDeadlines(token: AccessToken, context: TokenDeadlinesContext): TokenDeadlines {
  const { sentAt, subjectExpiresAt, settings } = context;
  const stated = statedEnd(token, context);
  const end = Math.min(
    stated ?? sentAt + Math.floor(Math.min(settings.fallbackLifetimeMs, settings.maxLifetimeMs)),
    subjectExpiresAt === undefined
      ? Number.POSITIVE_INFINITY
      : instantOf(subjectExpiresAt, context),
  );
  const lifetime = { lifetimeMs: end - sentAt, isStated: stated !== undefined };
  const usableMs = usableLifetimeMs(lifetime, settings.expiryBufferMs);
  const soft = Math.floor(sentAt + refreshShare(settings.random()) * usableMs);
  return { sentAt, soft, hard: sentAt + usableMs, end, isStated: lifetime.isStated };
}

/** Returns the token's own expiry, as an instant of the hybrid clock. */
function statedEnd(token: AccessToken, context: TokenDeadlinesContext): number | undefined {
  const { sentAt, sentAtMs, settings, onSkipped, onCut } = context;
  let expiresAt = token.expiresAt;
  if (expiresAt !== undefined && !isEpochSeconds(expiresAt / 1000)) {
    onSkipped("expires_at");
    expiresAt = undefined;
  }
  // The source may have set `expiresAt` without reading the token's `exp`.
  const exp = resolveExpiresAt({ access_token: token.token }, { sentAt: sentAtMs, onSkipped });
  expiresAt = earliest(expiresAt, exp);
  if (expiresAt === undefined) return undefined;
  const end = instantOf(expiresAt, context);
  if (end - sentAt <= settings.maxLifetimeMs) return end;
  onCut(end - sentAt);
  return sentAt + Math.floor(settings.maxLifetimeMs);
}

function instantOf(epochMs: number, { sentAt, sentAtMs }: TokenDeadlinesContext): number {
  return sentAt + Math.floor(epochMs - sentAtMs);
}
