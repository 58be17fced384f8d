/**
 * Tells whether a URL may be asked: `https:` always, `http:` for hosts named in `allowInsecureHosts` only
 * (RFC 6749 §3.2).
 */
export function isAllowedUrl(url: URL, allowInsecureHosts: readonly string[]): boolean {
  if (url.protocol === "https:") return true;
  if (url.protocol !== "http:") return false;
  const hostAndPort = `${url.hostname}:${url.port || "80"}`;
  return allowInsecureHosts.some((host) => host === url.hostname || host === hostAndPort);
}

/** Metadata may name an endpoint of any length. */
const MAX_SHOWN = 200;

/** Names an endpoint in messages: without its query, which is nobody else's business, and cut at 200 characters. */
export function shownUrl(url: URL): string {
  const shown = `${url.origin}${url.pathname}`;
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
