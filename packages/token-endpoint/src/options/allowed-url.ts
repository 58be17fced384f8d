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
