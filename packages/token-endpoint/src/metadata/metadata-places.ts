import { TokenError } from "@agent-oauth/core";
import { type Attempt, type Deadline, withinDeadline } from "@agent-oauth/core/internal";
import { shownUrl } from "../http/shown-url.ts";
import type { ServerLocation } from "../options/server-location.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { type MetadataOptions, readServer } from "./server-metadata.ts";

/**
 * Reads an authorization server's metadata: from its URL if that is given; else from the issuer's place of RFC 8414,
 * else from the two of OpenID Connect. A place that has no usable metadata is passed over, for whatever reason: some servers
 * answer 503, or not at all, where they publish nothing. The reason is told if no place has metadata.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 §3}
 */
export async function readMetadata(
  options: MetadataOptions,
  deadline: Deadline,
): Promise<Attempt<AuthorizationServer>> {
  const urls = places(options.location);
  let best: Attempt<AuthorizationServer> | undefined;
  for (const [index, url] of urls.entries()) {
    const attempt = await attemptPlace(url, { options, deadline, left: urls.length - index });
    if ("value" in attempt ? hasTokenEndpoint(attempt.value) : isUnreachable(attempt)) {
      return attempt;
    }
    if (best === undefined || rank(attempt) > rank(best)) best = attempt;
  }
  return best as Attempt<AuthorizationServer>;
}

interface PlaceContext {
  readonly options: MetadataOptions;
  readonly deadline: Deadline;
  /** How many places there are, from this one on. */
  readonly left: number;
}

/** A place that never answers must leave time for the others. */
async function attemptPlace(
  url: URL,
  { options, deadline, left }: PlaceContext,
): Promise<Attempt<AuthorizationServer>> {
  const failed = `Cannot read the authorization server's metadata from ${shownUrl(url)}`;
  const ask = (signal: AbortSignal) =>
    options.http.attempt({
      url,
      failed,
      send: (fetch) => fetch(url.href, { headers: { accept: "application/json" }, signal }),
      read: (response) => readServer(response, options),
    });
  if (left === 1) return ask(deadline.signal);
  const timeoutMs = Math.max(1, Math.floor(deadline.leftMs() / left));
  const late = new TokenError("ERR_TOKEN_TIMEOUT", `${failed}: no answer within ${timeoutMs} ms`);
  try {
    const share = { timeoutMs, timeoutReason: () => late, signals: [deadline.signal] };
    return await withinDeadline(share, ({ signal }) => ask(signal));
  } catch (error) {
    if (error !== late) throw error;
    return { failure: late, resend: "if-idempotent" };
  }
}

/** In the order in which they are tried; for an issuer without a path the last two are one. */
function places({ kind, url: issuer }: ServerLocation): URL[] {
  if (kind === "metadataUrl") return [issuer];
  const path = issuer.pathname.replace(/\/$/, "");
  const paths = [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    `${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(paths)].map((pathname) => new URL(pathname, issuer.origin));
}

/** All grants end at the token endpoint, so that metadata without one is of little use. */
function hasTokenEndpoint(server: AuthorizationServer): boolean {
  try {
    return server.endpoint("token_endpoint") !== undefined;
  } catch {
    return false;
  }
}

/** All places are at one origin: without a connection to it there is none for the next place either. */
function isUnreachable(attempt: Exclude<Attempt<AuthorizationServer>, { value: unknown }>) {
  const { failure, resend } = attempt;
  return failure.status === undefined && (resend === "always" || failure.code === "ERR_TOKEN_TLS");
}

/** What says most: metadata that lacks something, metadata that is wrong, a reason that passes, a place without metadata. */
function rank(attempt: Attempt<AuthorizationServer>): number {
  if ("value" in attempt) return 3;
  if (attempt.failure.code === "ERR_TOKEN_METADATA" && attempt.failure.status === 200) return 2;
  return attempt.failure.retryable ? 1 : 0;
}
