import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import type { AccessToken } from "../token/access-token.ts";
import { earliest, resolveExpiresAt } from "../token/expires-at.ts";
import { isEpochSeconds } from "../token/jwt-claims.ts";
import type { EntryDeadlines } from "./cache-entry.ts";
import type { CacheSettings } from "./cache-options.ts";

/** At most this part of a lifetime is given away as buffer, so that short tokens are of use too. */
const MAX_BUFFER_SHARE = 1 / 10;
/** Refresh ahead begins at this part of the usable lifetime, give or take {@link REFRESH_JITTER}. */
const REFRESH_AT = 0.8;
const REFRESH_JITTER = 0.05;

/** What else {@link tokenDeadlines} needs to know. */
export interface TokenDeadlinesContext {
  /** When the request went out, as an instant of the hybrid clock. */
  readonly sentAt: number;
  /** The same moment as the wall clock showed it, in epoch milliseconds: it may have been put right since. */
  readonly sentAtMs: number;
  /** When the subject token ends, in epoch milliseconds, if that is known. */
  readonly subjectExpiresAt: number | undefined;
  readonly settings: CacheSettings;
  /** Told of each end of the token that is unusable. */
  readonly onSkipped: (field: LifetimeSkippedEvent["field"]) => void;
  /** Told the token's lifetime in milliseconds when it is cut. */
  readonly onCut: (lifetimeMs: number) => void;
}

/**
 * Works out until when a token may be handed out: by its own end, else by the fallback lifetime, never past the
 * subject's end. The jitter is drawn here, once per entry, so that entries and processes do not refresh in step.
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

/** The end the token has by itself, as an instant of the hybrid clock. */
function statedEnd(token: AccessToken, context: TokenDeadlinesContext): number | undefined {
  const { sentAt, sentAtMs, settings, onSkipped, onCut } = context;
  let expiresAt = token.expiresAt;
  if (expiresAt !== undefined && !isEpochSeconds(expiresAt / 1000)) {
    onSkipped("expires_at");
    expiresAt = undefined;
  }
  // Whoever made the token may not have looked into it.
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
