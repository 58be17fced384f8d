/** What to do about the status of an error response. */

/**
 * Says what to do about a status that is no success.
 *
 * @returns `undefined` if the status alone says nothing, as 400 does.
 */
export function statusAdvice(status: number): string | undefined {
  if (status >= 300 && status < 400) return "redirects are not followed: give the final URL";
  if (status === 401 || status === 403) return "check how the client authenticates";
  if (status === 404 || status === 405) return "check the path of the URL";
  if (status === 408 || status === 429 || status >= 500) return "try again later";
  return undefined;
}
