/** What a server may ask for at most: a day. More is cut, as it cannot be meant. */
const MAX_RETRY_AFTER_MS = 86_400_000;

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * Reads `Retry-After`, in seconds or as an HTTP date, as milliseconds from now: 0 for a past date, at most a day,
 * `undefined` if it is absent or garbage.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 RFC 9110 §10.2.3}
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  if (!HTTP_DATE.test(text)) return undefined;
  // The oldest of the three forms (asctime) has no zone: it is UTC, as all of them are.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), MAX_RETRY_AFTER_MS);
}
