import { type Client, GRANT_TYPES, type GrantType } from "../clients/clients.ts";
import { OAuthError } from "../oauth/oauth-error.ts";

/**
 * Finds the grant that a request asks for among those of a server.
 *
 * @throws OAuthError `unsupported_grant_type`, or `unauthorized_client` if the client may not use
 *   it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export function chooseGrant<G>(
  grantType: string,
  client: Client,
  grants: Readonly<Partial<Record<GrantType, G>>>,
): G {
  const known = GRANT_TYPES.find((candidate) => candidate === grantType);
  const grant = known && grants[known];
  if (known === undefined || grant === undefined) {
    throw new OAuthError("unsupported_grant_type", "the grant type is unknown");
  }
  if (!client.grants.includes(known)) {
    throw new OAuthError("unauthorized_client", "the client may not use this grant type");
  }
  return grant;
}
