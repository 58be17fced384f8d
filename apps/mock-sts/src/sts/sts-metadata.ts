import type { HasQuirk } from "../options/sts-quirks.ts";

/** A host name that does not resolve: RFC 6761 §6.4. */
const INTERNAL_HOST = "sts.mock-sts.invalid";

/** Applies the quirks of the metadata of the token exchange service. */
export function withMetadataQuirks(
  metadata: Readonly<Record<string, unknown>>,
  hasQuirk: HasQuirk,
): Readonly<Record<string, unknown>> {
  const endpoint = new URL(String(metadata.token_endpoint));
  if (hasQuirk("internal-token-endpoint")) endpoint.hostname = INTERNAL_HOST;
  const text = hasQuirk("scheme-less-token-endpoint")
    ? `${endpoint.host}${endpoint.pathname}`
    : endpoint.href;
  return { ...metadata, token_endpoint: text };
}
