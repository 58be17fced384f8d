/** The ids in the URL of a server or agent. */
export interface OrdIds {
  /** Open Resource Discovery id. */
  readonly ordId?: string;
  readonly globalTenantId?: string;
}

/** Precedes the ids in URLs of Agent Gateway. An ORD id may contain slashes, so the last two segments are not enough. */
const KIND = /^.*\/v1\/(?:mcp|a2a)(?=\/|$)/;

/**
 * Reads the ids that end the path of a URL, `…/{ordId}/{globalTenantId}`, with percent-escapes decoded, so that they equal
 * the plain ids. Both are left out if the path is too short or its escapes are broken.
 */
export function ordIdsOf(url: string): OrdIds {
  const path = (URL.parse(url)?.pathname ?? "").replace(/\/{2,}/g, "/");
  const segments = path.replace(KIND, "").split("/").filter(Boolean);
  const ids = KIND.test(path) ? segments : segments.slice(-2);
  const globalTenantId = decoded(ids.at(-1));
  const ordId = decoded(ids.slice(0, -1).join("/"));
  return ordId && globalTenantId ? { ordId, globalTenantId } : {};
}

function decoded(segment: string | undefined): string | undefined {
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
