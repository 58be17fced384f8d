import { isAllowedUrl } from "./secure-url.ts";
import type { ServerLocation } from "./server-location.ts";

/** What a token endpoint's URL is judged by. */
export interface TokenEndpointUrlContext {
  readonly location: ServerLocation;
  /** As the metadata names it. */
  readonly issuer: string;
  readonly allowInsecureHosts: readonly string[];
}

/**
 * Reads the URL of the token endpoint that metadata names, and judges whether credentials may be posted there.
 *
 * @returns the URL, or what is wrong with it.
 */
export function tokenEndpointUrl(
  spelt: unknown,
  { location, issuer, allowInsecureHosts }: TokenEndpointUrlContext,
): URL | string {
  const url = typeof spelt === "string" ? URL.parse(withScheme(spelt, location)) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") {
    return "the metadata names no usable token endpoint";
  }
  if (location.useIssuerHost) url.host = hostAndPort(location.url);
  if (!isAllowedUrl(url, allowInsecureHosts)) return "the token endpoint it names is no https: URL";
  if (location.issuer !== undefined || location.useIssuerHost) return url;
  const origins = [location.url.origin, URL.parse(issuer)?.origin];
  if (origins.includes(url.origin)) return url;
  return `the token endpoint it names is at another origin, ${url.origin}; if that is right, give the option "issuer"`;
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
