import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import type { AccessToken } from "../token/access-token.ts";
import { earliest, resolveExpiresAt } from "../token/expires-at.ts";
import { isEpochSeconds } from "../token/jwt-claims.ts";
import type { EntryDeadlines } from "./cache-entry.ts";
import type { CacheSettings } from "./cache-options.ts";

/** The expiry buffer is at most this part of the lifetime, so that tokens with a short lifetime remain usable. */
const MAX_BUFFER_SHARE = 1 / 10;
/** Refresh ahead begins at this part of the usable lifetime, plus or minus {@link REFRESH_JITTER}. */
const REFRESH_AT = 0.8;
const REFRESH_JITTER = 0.05;

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
export function tokenDeadlines(token: AccessToken, context: TokenDeadlinesContext): EntryDeadlines {
  const { sentAt, subjectExpiresAt, settings } = context;
  const stated = statedEnd(token, context);
  const end = Math.min(
    stated ?? sentAt + Math.floor(Math.min(settings.fallbackLifetimeMs, settings.maxLifetimeMs)),
    subjectExpiresAt === undefined
      ? Number.POSITIVE_INFINITY
      : instantOf(subjectExpiresAt, context),
  );
  const buffer =
    stated === undefined
      ? 0
      : Math.min(settings.expiryBufferMs, Math.max(0, end - sentAt) * MAX_BUFFER_SHARE);
  const hard = Math.floor(end - buffer);
  const share = REFRESH_AT - REFRESH_JITTER + 2 * REFRESH_JITTER * settings.random();
  return { sentAt, soft: Math.floor(sentAt + share * (hard - sentAt)), hard, end };
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
