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

/**
 * Creates the endpoint at which clients revoke their own tokens. It finds every token without the
 * hint.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 §2}
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

/** The parts of an issuer that revocation needs. */
export interface RevocationOptions extends ClientAuthenticationContext {
  readonly tokens: AccessTokens;
  /** Absent if the issuer issues none. */
  readonly refreshTokens?: RefreshTokens | undefined;
}

/** An invalid token needs no revocation: this is a success too. */
async function ownerOf(token: string, tokens: AccessTokens): Promise<unknown> {
  try {
    return (await tokens.inspect(token)).client_id;
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    return undefined;
  }
}
