/** Metadata may name an endpoint of any length. */
const MAX_SHOWN = 200;

/** Names a URL in messages: without its query, which may hold what others must not see, and cut at 200 characters. */
export function shownUrl(url: URL): string {
  const shown = `${url.origin}${url.pathname}`;
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
