/** Reads one document of an authorization server's metadata (RFC 8414 §2), and judges what it says of its issuer. */
import { TokenError } from "@agent-oauth/core";
import { shownName } from "@agent-oauth/core/internal";
import { z } from "zod";
import type { HttpResponse } from "../http/http-attempt.ts";
import type { HttpClient } from "../http/http-client.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import { isTemplate, type ServerLocation } from "../options/server-location.ts";
import { quoteServerText } from "../server-text/server-text.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import type { EndpointName } from "./endpoint-name.ts";
import { endpointUrl } from "./endpoint-url.ts";

/** Whose metadata is read, and how. */
export interface MetadataOptions
  extends Pick<CheckedOptions, "location" | "allowInsecureHosts" | "clientAuthentication"> {
  readonly http: HttpClient;
}

// The endpoints in it are verified when they are used. All other members are ignored.
const metadata = z.looseObject({
  issuer: z.string().min(1),
  grant_types_supported: z.array(z.string()).optional().catch(undefined),
  mtls_endpoint_aliases: z.looseObject({}).optional().catch(undefined),
});
type Metadata = z.output<typeof metadata>;

/**
 * Makes a server of a response with its metadata.
 *
 * @throws TokenError `ERR_TOKEN_METADATA`, or `ERR_TOKEN_HTTP` if the server may have it later.
 */
export function readServer(response: HttpResponse, options: MetadataOptions): AuthorizationServer {
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
  if (clientAuthentication.addressesIssuer && isTemplate(document.issuer)) {
    throw violation(
      `its "issuer", ${shownName(document.issuer)}, is a template and no issuer to which the client's assertion could be addressed; ask for the metadata of one tenant, or give privateKeyJwt another "audience"`,
    );
  }
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
  if (spelling(named) === spelling(issuer)) {
    return `its "issuer" is ${shown}; write the option "issuer" exactly so`;
  }
  const advice = isTemplate(named) ? "; it is a template: ask for the metadata of one tenant" : "";
  return `its "issuer" is ${shown}, not the one asked for${advice}`;
}

/** Equal for two issuers that differ in what people do not see: the letter case of the host, a default port, slashes at the end. */
function spelling(issuer: string): string {
  return (URL.parse(issuer)?.href ?? issuer).replace(/\/+$/, "");
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
