import {
  authenticateClient,
  type ClientAuthenticationContext,
} from "../clients/client-authentication.ts";
import type { RefreshTokens } from "../grants/refresh-tokens.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { requiredParameter } from "../oauth/form.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import { createOAuthEndpoint, type OAuthEndpoint } from "../tokens/oauth-endpoint.ts";

/** What revocation works with. */
export interface RevocationOptions extends ClientAuthenticationContext {
  readonly tokens: AccessTokens;
  /** Absent where none are issued. */
  readonly refreshTokens?: RefreshTokens | undefined;
}

/**
 * Creates the endpoint at which clients give up tokens of their own. The hint is not needed: every
 * token is found without.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009, section 2}
 */
export function createRevocation(options: RevocationOptions): OAuthEndpoint {
  return createOAuthEndpoint(async (request) => {
    const { clientId } = await authenticateClient(request, options);
    const token = requiredParameter(request.form, "token", "token");
    const owner = options.refreshTokens?.ownerOf(token) ?? (await ownerOf(token, options.tokens));
    if (owner !== undefined && owner !== clientId) {
      throw new OAuthError("unauthorized_client", "the token was issued to another client");
    }
    options.refreshTokens?.revoke(token);
    options.tokens.revoke({ token });
    return { clientId, response: new Response(null, { headers: { "Cache-Control": "no-store" } }) };
  });
}

/** A token that is not good needs no revocation: that is a success too. */
async function ownerOf(token: string, tokens: AccessTokens): Promise<unknown> {
  try {
    return (await tokens.inspect(token)).client_id;
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    return undefined;
  }
}
