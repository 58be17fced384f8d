import { TokenError } from "@agent-oauth/core";
import { shownName } from "@agent-oauth/core/internal";
import { z } from "zod";
import { type Answer, exchange, type Wire } from "../http/http-attempt.ts";
import type { Attempt } from "../http/retry.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import type { ServerLocation } from "../options/server-location.ts";
import { quoteServerText } from "../server-text/server-text.ts";
import { tokenEndpointUrl } from "./endpoint-url.ts";

/** What is to be known of an authorization server. */
export interface Server {
  readonly issuer: string;
  readonly tokenUrl: URL;
}

/** Whose metadata is read, and how. */
export interface MetadataOptions
  extends Pick<CheckedOptions, "location" | "allowInsecureHosts" | "clientAuthentication"> {
  readonly wire: Wire;
  readonly signal: AbortSignal;
}

/**
 * Reads an authorization server's metadata: from its URL if that is given; else from the issuer's place of RFC 8414,
 * else from the two of OpenID Connect. Of those, one that answers 4xx or with something else than metadata is passed over.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 §3}
 */
export async function readMetadata(options: MetadataOptions): Promise<Attempt<Server>> {
  let telling: Attempt<Server> | undefined;
  for (const url of places(options.location)) {
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

// Whatever else it holds, and how oddly, is of no interest here.
const metadata = z.object({
  issuer: z.string().min(1),
  token_endpoint: z.unknown().optional(),
  mtls_endpoint_aliases: z
    .object({ token_endpoint: z.unknown().optional() })
    .optional()
    .catch(undefined),
});
type Metadata = z.output<typeof metadata>;

function readServer(answer: Answer, options: MetadataOptions): Server {
  const { failed, status, retryAfterMs, text } = answer;
  const { location, clientAuthentication } = options;
  if (status === 408 || status === 429 || status >= 500) {
    const reason = `the server answered ${status}; try again later`;
    throw new TokenError("ERR_TOKEN_HTTP", `${failed}: ${reason}`, { status, retryAfterMs });
  }
  const fault = (reason: string) =>
    new TokenError("ERR_TOKEN_METADATA", `${failed}: ${reason}`, { status });
  const check = `check the option "${location.kind}"`;
  if (status !== 200) throw fault(`the server answered ${status}; ${check}`);
  const document = parsed(text);
  if (document === undefined) {
    throw fault(`the answer is no metadata with an "issuer"; ${check}`);
  }
  const otherIssuer = issuerFault(document.issuer, location);
  if (otherIssuer !== undefined) throw fault(otherIssuer);
  if (clientAuthentication.addressesIssuer && !isVouchedFor(document.issuer, location)) {
    throw fault(
      `its "issuer" is at another origin, ${shownName(document.issuer)}, where the client's assertion would be good; if that is right, give the option "issuer"`,
    );
  }
  const tokenUrl = tokenEndpointUrl(spelt(document, options), {
    location,
    // Without TLS no certificate would be presented.
    allowInsecureHosts: clientAuthentication.certificate ? [] : options.allowInsecureHosts,
  });
  if (typeof tokenUrl === "string") throw fault(tokenUrl);
  return { issuer: document.issuer, tokenUrl };
}

function parsed(text: string | undefined): Metadata | undefined {
  try {
    return metadata.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    return undefined; // The parser's error quotes the text.
  }
}

/** Compared as text, not as URLs (RFC 8414 §3.3). */
function issuerFault(named: string, { issuer }: ServerLocation): string | undefined {
  if (issuer === undefined || named === issuer) return undefined;
  const shown = quoteServerText(named, []) ?? "another";
  const isSpelling = URL.parse(named)?.href === URL.parse(issuer)?.href;
  return `its "issuer" is ${shown}${isSpelling ? '; write the option "issuer" exactly so' : ", not the one asked for"}`;
}

/** Whoever serves metadata could name somebody else as its issuer, and use there what a client sends to it. */
function isVouchedFor(named: string, { issuer, url }: ServerLocation): boolean {
  return issuer !== undefined || URL.parse(named)?.origin === url.origin;
}

/** Clients that present a certificate may have an endpoint of their own (RFC 8705 §5). */
function spelt(document: Metadata, { clientAuthentication }: MetadataOptions): unknown {
  const alias = clientAuthentication.certificate && document.mtls_endpoint_aliases?.token_endpoint;
  return alias ?? document.token_endpoint;
}
