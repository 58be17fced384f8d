import { isAllowedUrl, shownName } from "@agent-oauth/core/internal";
import { isTemplate, type ServerLocation } from "../options/server-location.ts";
import { type EndpointName, endpointLabel } from "./endpoint-name.ts";

/**
 * Reads the URL of an endpoint that metadata names, and verifies that credentials may be posted there. Metadata that is
 * known by its URL alone vouches for its own origin only: what it says of its issuer proves nothing.
 *
 * @returns the URL, or what is wrong with it.
 */
export function endpointUrl(
  spelt: unknown,
  { name, location, allowInsecureHosts }: EndpointUrlContext,
): URL | string {
  const label = endpointLabel(name);
  const url = typeof spelt === "string" ? URL.parse(withScheme(spelt, location)) : null;
  if (
    url === null ||
    isTemplate(url.href) ||
    url.username !== "" ||
    url.password !== "" ||
    url.hash !== ""
  ) {
    return `the metadata names no usable ${label}`;
  }
  if (location.useIssuerHost) url.host = hostAndPort(location.url);
  if (!isAllowedUrl(url, allowInsecureHosts)) return `the ${label} it names is not an https: URL`;
  if (location.issuer !== undefined || url.origin === location.url.origin) return url;
  // At the host of the metadata already, and safer than asked for.
  if (location.useIssuerHost && url.protocol === "https:") return url;
  return `the ${label} it names is at another origin, ${shownName(url.origin)}; without the option "issuer", credentials are posted to the origin of "metadataUrl" only`;
}

/** What the URL of an endpoint is verified against. */
export interface EndpointUrlContext {
  readonly name: EndpointName;
  readonly location: ServerLocation;
  readonly allowInsecureHosts: readonly string[];
}

const SCHEMELESS = /^(?:\/\/)?(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?(?:[/?]|$)/i;

/** Only where metadata is fetched by its URL is there a scheme to lend. */
function withScheme(spelt: string, { kind, url }: ServerLocation): string {
  if (kind !== "metadataUrl" || !SCHEMELESS.test(spelt)) return spelt;
  return `${url.protocol}//${spelt.replace(/^\/\//, "")}`;
}

/** Says the port also where it is the default: setting a host without one would keep the old one. */
function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}
