import { TokenError } from "@agent-oauth/core";
import { type Attempt, shownName } from "@agent-oauth/core/internal";
import { z } from "zod";
import type { HttpResponse } from "../http/http-attempt.ts";
import type { HttpClient } from "../http/http-client.ts";
import { shownUrl } from "../http/shown-url.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import type { ServerLocation } from "../options/server-location.ts";
import { quoteServerText } from "../server-text/server-text.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import type { EndpointName } from "./endpoint-name.ts";
import { endpointUrl } from "./endpoint-url.ts";

/**
 * Reads an authorization server's metadata: from its URL if that is given; else from the issuer's place of RFC 8414,
 * else from the two of OpenID Connect. A place is passed over if it responds with 4xx or with something else than metadata, or
 * if its metadata names no usable token endpoint and a later place does.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 §3}
 */
export async function readMetadata(
  options: MetadataOptions,
): Promise<Attempt<AuthorizationServer>> {
  let best: Attempt<AuthorizationServer> | undefined;
  for (const url of places(options.location)) {
    const attempt = await options.http.attempt({
      url,
      failed: `Cannot read the authorization server's metadata from ${shownUrl(url)}`,
      send: (fetch) =>
        fetch(url.href, { headers: { accept: "application/json" }, signal: options.signal }),
      read: (response) => readServer(response, options),
    });
    if ("value" in attempt) {
      if (hasTokenEndpoint(attempt.value)) return attempt;
      if (best === undefined || "failure" in best) best = attempt;
    } else {
      if (attempt.failure.code !== "ERR_TOKEN_METADATA") return attempt;
      // A document that was there but wrong says more than places without one.
      if (best === undefined || ("failure" in best && attempt.failure.status === 200)) {
        best = attempt;
      }
    }
  }
  return best as Attempt<AuthorizationServer>;
}

/** Whose metadata is read, and how. */
export interface MetadataOptions
  extends Pick<CheckedOptions, "location" | "allowInsecureHosts" | "clientAuthentication"> {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
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

// The endpoints in it are verified when they are used. All other members are ignored.
const metadata = z.looseObject({
  issuer: z.string().min(1),
  grant_types_supported: z.array(z.string()).optional().catch(undefined),
  mtls_endpoint_aliases: z.looseObject({}).optional().catch(undefined),
});
type Metadata = z.output<typeof metadata>;

function readServer(response: HttpResponse, options: MetadataOptions): AuthorizationServer {
  const { failed, status, retryAfterMs, text } = response;
  const { location, clientAuthentication } = options;
  if (status === 408 || status === 429 || status >= 500) {
    const reason = `the server answered ${status}; try again later`;
    throw new TokenError("ERR_TOKEN_HTTP", `${failed}: ${reason}`, { status, retryAfterMs });
  }
  const violation = (reason: string) =>
    new TokenError("ERR_TOKEN_METADATA", `${failed}: ${reason}`, { status });
  const check = `check the option "${location.kind}"`;
  if (status !== 200) throw violation(`the server answered ${status}; ${check}`);
  const document = parsed(text);
  if (document === undefined) {
    throw violation(`the response is not metadata with an "issuer"; ${check}`);
  }
  const otherIssuer = issuerViolation(document.issuer, location);
  if (otherIssuer !== undefined) throw violation(otherIssuer);
  if (clientAuthentication.addressesIssuer && !isVouchedFor(document.issuer, location)) {
    throw violation(
      `its "issuer" is at another origin, ${shownName(document.issuer)}, where the client's assertion would be good; if that is right, give the option "issuer"`,
    );
  }
  return {
    issuer: document.issuer,
    grantTypes: document.grant_types_supported,
    endpoint(name) {
      const url = endpointUrl(spelt(document, { ...options, name }), {
        name,
        location,
        // Without TLS no certificate would be presented.
        allowInsecureHosts: clientAuthentication.certificate ? [] : options.allowInsecureHosts,
      });
      if (typeof url === "string") throw violation(url);
      return url;
    },
  };
}

function parsed(text: string | undefined): Metadata | undefined {
  try {
    return metadata.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined; // The parser's error quotes the text.
  }
}

/** Compared as text, not as URLs (RFC 8414 §3.3). */
function issuerViolation(named: string, { issuer }: ServerLocation): string | undefined {
  if (issuer === undefined || named === issuer) return undefined;
  const shown = quoteServerText(named, []) ?? "another";
  const isSpelling = URL.parse(named)?.href === URL.parse(issuer)?.href;
  return `its "issuer" is ${shown}${isSpelling ? '; write the option "issuer" exactly so' : ", not the one asked for"}`;
}

/** A server could name another one as the issuer in its metadata, and use there the assertion that a client sends to it. */
function isVouchedFor(named: string, { issuer, url }: ServerLocation): boolean {
  return issuer !== undefined || URL.parse(named)?.origin === url.origin;
}

/** Clients that present a certificate may have endpoints of their own (RFC 8705 §5). */
function spelt(
  document: Metadata,
  { clientAuthentication, name }: MetadataOptions & { readonly name: EndpointName },
): unknown {
  const alias = clientAuthentication.certificate && document.mtls_endpoint_aliases?.[name];
  return alias ?? document[name];
}
