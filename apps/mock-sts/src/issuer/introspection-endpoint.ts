import {
  authenticateClient,
  type ClientAuthenticationContext,
} from "../clients/client-authentication.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { requiredParameter } from "../oauth/form.ts";
import { OAuthError, tokenEndpointResponse } from "../oauth/oauth-error.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import { tokenTypeOf } from "../tokens/confirmation.ts";
import { createOAuthEndpoint, type OAuthEndpoint } from "../tokens/oauth-endpoint.ts";

/**
 * Creates the endpoint that tells clients the claims of an access token, as long as it is valid.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 §2}
 */
export function createIntrospection(options: IntrospectionOptions): OAuthEndpoint {
  return createOAuthEndpoint(async (request) => {
    const client = await authenticateClient(request, options);
    if (client.authentication === "none") {
      const description = "only a client that proves itself may ask about tokens";
      throw new OAuthError("invalid_client", description, { status: 401 });
    }
    const token = requiredParameter(request.form, "token", "token");
    return {
      clientId: client.clientId,
      response: tokenEndpointResponse(await describeToken(token, options)),
    };
  });
}

/** The parts of an issuer that introspection needs. */
export interface IntrospectionOptions extends ClientAuthenticationContext {
  readonly tokens: AccessTokens;
  /** Claims that are hidden from the caller; read at each request. */
  readonly hiddenClaims?: () => readonly string[];
}

/** The response must not say why a token is invalid: RFC 7662 §2.2. */
async function describeToken(
  token: string,
  { tokens, hiddenClaims = () => [] }: IntrospectionOptions,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const claims = await tokens.inspect(token);
    const hidden = Object.fromEntries(hiddenClaims().map((name) => [name, undefined]));
    return { active: true, token_type: tokenTypeOf(claims), ...claims, ...hidden };
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    return { active: false };
  }
}
