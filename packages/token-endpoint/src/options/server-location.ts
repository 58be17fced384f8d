import { checkUrl } from "@agent-oauth/core/internal";
import { optionError } from "./option-error.ts";
import type { TokenEndpointOptions } from "./token-endpoint-options.ts";

/** Where an authorization server is known from. */
export interface ServerLocation {
  /** The option that says it. */
  readonly kind: "tokenEndpoint" | "issuer" | "metadataUrl";
  /** As the caller spelt it. */
  readonly text: string;
  readonly url: URL;
  /** What the metadata must name as its issuer, character by character; `undefined` if that is not known. */
  readonly issuer: string | undefined;
  /** Whether the token endpoint is asked at the host of the metadata, whatever host that names. */
  readonly useIssuerHost: boolean;
}

/**
 * Finds out which of the options says where the authorization server is.
 *
 * @throws TypeError naming the option that is missing, wrong or one too many.
 */
export function serverLocation(
  options: TokenEndpointOptions,
  { allowInsecureHosts }: { readonly allowInsecureHosts: readonly string[] },
): ServerLocation {
  const { tokenEndpoint, issuer, metadataUrl, useIssuerHost = false } = options;
  if ((tokenEndpoint === undefined) === (issuer === undefined && metadataUrl === undefined)) {
    throw new TypeError(
      'Cannot create a token endpoint: give exactly one of "tokenEndpoint" and "issuer", or "metadataUrl"',
    );
  }
  if (typeof useIssuerHost !== "boolean") throw optionError("useIssuerHost", "must be a boolean");
  if (useIssuerHost && metadataUrl === undefined) {
    throw optionError("useIssuerHost", 'needs the option "metadataUrl"');
  }
  const check = (kind: ServerLocation["kind"]) => checkedUrl(kind, options, allowInsecureHosts);
  const expected = issuer === undefined ? undefined : check("issuer");
  if (metadataUrl !== undefined) {
    const url = check("metadataUrl");
    return { kind: "metadataUrl", ...url, issuer: expected?.text, useIssuerHost };
  }
  if (expected !== undefined) {
    return { kind: "issuer", ...expected, issuer: expected.text, useIssuerHost };
  }
  return { kind: "tokenEndpoint", ...check("tokenEndpoint"), issuer: undefined, useIssuerHost };
}

/** Tells whether a URL has a name in braces, such as `{tenantid}`, in place of a value. */
export function isTemplate(url: string): boolean {
  return /(?:\{|%7b)[^{}]*(?:\}|%7d)/i.test(url);
}

function checkedUrl(
  kind: ServerLocation["kind"],
  options: TokenEndpointOptions,
  allowInsecureHosts: readonly string[],
): Pick<ServerLocation, "text" | "url"> {
  const text = String(options[kind]);
  const verdict = checkUrl(text, allowInsecureHosts);
  if ("violation" in verdict) throw optionError(kind, verdict.violation);
  const { url } = verdict;
  if (url.hash !== "") throw optionError(kind, "must not have a fragment");
  if (isTemplate(text)) {
    throw optionError(kind, "is a template: write a value in place of the name in braces");
  }
  if (kind !== "metadataUrl" && url.pathname.includes("/.well-known/")) {
    throw optionError(kind, 'is the URL of metadata: give it as the option "metadataUrl"');
  }
  if (kind === "issuer" && url.search !== "") throw optionError(kind, "must not have a query");
  return { text, url };
}
