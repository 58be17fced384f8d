/** How much of its lifetime a token is used, and when it is refreshed. */

/** The expiry buffer is at most this part of the lifetime, so that tokens with a short lifetime remain usable. */
const MAX_BUFFER_SHARE = 1 / 10;
/** Refresh ahead begins at this part of the usable lifetime, plus or minus {@link REFRESH_JITTER}. */
const REFRESH_AT = 0.8;
const REFRESH_JITTER = 0.05;

/**
 * Returns how long a token is used, in milliseconds since its request was sent: not quite to its end.
 *
 * @param lifetime `isStated` tells whether the server said how long the token lives; a fallback needs no buffer.
 */
export function usableLifetimeMs(
  { lifetimeMs, isStated }: { readonly lifetimeMs: number; readonly isStated: boolean },
  expiryBufferMs: number,
): number {
  if (!isStated) return Math.floor(lifetimeMs);
  return Math.floor(
    lifetimeMs - Math.min(expiryBufferMs, Math.max(0, lifetimeMs) * MAX_BUFFER_SHARE),
  );
}

/**
 * Returns the part of the usable lifetime after which a token is refreshed ahead.
 *
 * @param random from 0 up to 1: jitter, so that entries and processes do not refresh at the same time.
 */
export function refreshShare(random: number): number {
  return REFRESH_AT - REFRESH_JITTER + 2 * REFRESH_JITTER * random;
}
