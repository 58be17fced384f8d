/** Codes of Node and undici for a connection that was not made: nothing was sent on it. */
const CODES = new Set<unknown>([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** How deep a `fetch` wraps the error of the socket. */
const MAX_DEPTH = 4;

/** Tells whether a `fetch` failed because it got no connection. A connection that broke may have carried the request. */
export function neverConnected(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (typeof current !== "object" || current === null) return false;
    if ("code" in current && CODES.has(current.code)) return true;
    current = "cause" in current ? current.cause : undefined;
  }
  return false;
}
