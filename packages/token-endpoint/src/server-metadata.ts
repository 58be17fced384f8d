import { TokenError } from "@agent-oauth/core";
import { type AuthorizationServer, processDiscoveryResponse } from "oauth4webapi";
import type { CheckedOptions } from "./checked-options.ts";
import { type Answer, exchange, type Wire } from "./exchange.ts";
import type { Attempt } from "./retry.ts";
import { isAllowedUrl } from "./secure-url.ts";
import { quoteServerText } from "./server-text.ts";

/** What is to be known of an authorization server. */
export interface Server {
  readonly issuer: string;
  readonly tokenUrl: URL;
}

/** Which issuer's metadata is read, and how. */
export interface MetadataOptions
  extends Pick<CheckedOptions, "location" | "allowInsecureHosts" | "clientAuthentication"> {
  readonly wire: Wire;
  readonly signal: AbortSignal;
}

/**
 * Reads an issuer's metadata: from the place of RFC 8414, else from the two of OpenID Connect. A place that answers
 * 4xx or with something else than metadata is passed over.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 §3}
 */
export async function readMetadata(options: MetadataOptions): Promise<Attempt<Server>> {
  let telling: Attempt<Server> | undefined;
  for (const url of wellKnownUrls(options.location.url)) {
    const attempt = await exchange({
      wire: options.wire,
      url,
      action: "read the authorization server's metadata from",
      request: (fetch) =>
        fetch(url.href, { headers: { accept: "application/json" }, signal: options.signal }),
      read: (answer) => readServer(answer, options),
    });
    if ("value" in attempt || attempt.failure.code !== "ERR_TOKEN_METADATA") return attempt;
    // A document that was there but wrong says more than places without one.
    if (telling === undefined || attempt.failure.status === 200) telling = attempt;
  }
  return telling as Attempt<Server>;
}

/** The places in the order in which they are tried; for an issuer without a path the last two are one. */
function wellKnownUrls(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/$/, "");
  const paths = [
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
    `${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(paths)].map((pathname) => new URL(pathname, issuer.origin));
}

async function readServer(answer: Answer, options: MetadataOptions): Promise<Server> {
  const { failed, status, retryAfterMs, text } = answer;
  if (status === 408 || status === 429 || status >= 500) {
    const reason = `the server answered ${status}; try again later`;
    throw new TokenError("ERR_TOKEN_HTTP", `${failed}: ${reason}`, { status, retryAfterMs });
  }
  const fault = (reason: string) =>
    new TokenError("ERR_TOKEN_METADATA", `${failed}: ${reason}`, { status });
  if (status !== 200) throw fault(`the server answered ${status}; check the option "issuer"`);
  const as = await checkedMetadata(text ?? "", options.location.url);
  if (as === undefined) throw fault("the answer is no metadata of this issuer");
  // oauth4webapi compares URLs; the text must be the same too (RFC 8414 §3.3).
  if (as.issuer !== options.location.text) {
    throw fault(
      `its "issuer" is ${quoteServerText(as.issuer, [])}; write the option "issuer" exactly so`,
    );
  }
  const tokenUrl = URL.parse(tokenEndpointOf(as, options) ?? "");
  if (tokenUrl === null || tokenUrl.username + tokenUrl.password !== "") {
    throw fault("the metadata names no usable token endpoint");
  }
  // Without TLS no certificate would be presented.
  const insecureHosts = options.clientAuthentication.certificate ? [] : options.allowInsecureHosts;
  if (!isAllowedUrl(tokenUrl, insecureHosts)) {
    throw fault("the token endpoint it names is no https: URL");
  }
  return { issuer: as.issuer, tokenUrl };
}

async function checkedMetadata(
  text: string,
  issuer: URL,
): Promise<AuthorizationServer | undefined> {
  try {
    return await processDiscoveryResponse(issuer, new Response(text));
  } catch {
    return undefined; // Its error holds the whole body.
  }
}

/** Clients that present a certificate may have an endpoint of their own (RFC 8705 §5). */
function tokenEndpointOf(as: AuthorizationServer, { clientAuthentication }: MetadataOptions) {
  const alias = clientAuthentication.certificate && as.mtls_endpoint_aliases?.token_endpoint;
  return alias ?? as.token_endpoint;
}
