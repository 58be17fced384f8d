import { TokenError } from "@agent-oauth/core";
import type { McpServerRef } from "@agent-oauth/core/gateway";
import { shownName } from "@agent-oauth/core/internal";
import { urlRule } from "@agent-oauth/node/internal";
import type { Fragment } from "./fragment.ts";
import { ordIdsOf } from "./ord-ids.ts";

/**
 * Makes references to servers or agents of fragments, one for each URL. If a URL cannot be used, the reference says why in
 * its `fault`, and the others stay usable.
 */
export function serverRefs(
  fragments: readonly Fragment[],
  options: ServerRefOptions,
): readonly McpServerRef[] {
  const seen = new Set<string>();
  const refs = fragments.filter(({ url }) => {
    const isKnown = url !== "" && seen.has(url);
    seen.add(url);
    return !isKnown;
  });
  return Object.freeze(refs.map((fragment) => serverRef(fragment, options)));
}

/** The tenant of the fragments, and the rule for their URLs. */
export interface ServerRefOptions {
  /** For messages. */
  readonly tenant: string;
  readonly allowInsecureHosts: readonly string[];
}

function serverRef(
  { name, url }: Fragment,
  { tenant, allowInsecureHosts }: ServerRefOptions,
): McpServerRef {
  const ref = { name, url, ...ordIdsOf(url) };
  const violation = urlRule({ allowInsecureHosts, query: true })(url);
  if (violation === undefined) return Object.freeze(ref);
  const reason = url === "" ? "it has no URL" : `its URL ${violation}`;
  const failure = new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot use the fragment ${shownName(name)} of tenant ${JSON.stringify(tenant)}: ${reason}`,
  );
  return Object.freeze({ ...ref, fault: failure });
}
