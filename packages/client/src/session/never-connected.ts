import { connectionFailure } from "@agent-oauth/core/internal";

/** Tells whether a `fetch` failed because it got no connection. A connection that broke may have carried the request. */
export function neverConnected(error: unknown): boolean {
  return connectionFailure(error)?.isUnsent === true;
}
