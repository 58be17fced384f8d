import type { TokenRequest } from "@agent-oauth/core";
import {
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from "@modelcontextprotocol/client";

/** Whose tokens a protected resource takes, and what they must be asked for. */
export interface ProtectedResource {
  /** The first of its authorization servers. */
  readonly issuer: string;
  readonly request: Pick<TokenRequest, "resource" | "scope">;
}

/**
 * Finds out whose tokens an MCP server takes: it is called without one, and its metadata is read from where its challenge
 * says, else from the well-known places.
 *
 * @throws Error if it asks for no token, or its metadata is another resource's or names no authorization server.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-5 RFC 9728 §3.3 and §5}
 */
export async function discoverProtectedResource(serverUrl: string): Promise<ProtectedResource> {
  const response = await fetch(serverUrl, { method: "POST", ...emptyCall });
  await response.body?.cancel();
  if (response.status !== 401) throw new Error(`No token is asked for: status ${response.status}`);
  const challenge = extractWWWAuthenticateParams(response);
  const { resourceMetadataUrl } = challenge;
  const metadata = await discoverOAuthProtectedResourceMetadata(serverUrl, {
    ...(resourceMetadataUrl && { resourceMetadataUrl }),
  });
  const { resource, authorization_servers: [issuer] = [], scopes_supported = [] } = metadata;
  if (resource !== serverUrl) throw new Error(`The metadata is that of ${resource}`);
  if (issuer === undefined) throw new Error("The metadata names no authorization server");
  // What the challenge asks for counts, not all that there is.
  const scope = challenge.scope?.split(" ") ?? scopes_supported;
  return { issuer, request: { resource: [resource], scope } };
}

const emptyCall = {
  headers: {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
  },
  body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping" }),
};
