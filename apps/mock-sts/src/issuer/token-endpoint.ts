import {
  authenticateClient,
  type ClientAuthenticationContext,
} from "../clients/client-authentication.ts";
import type { Client, GrantType } from "../clients/clients.ts";
import { grantScope, knownScopes, splitScope } from "../clients/scopes.ts";
import { chooseGrant } from "../grants/choose-grant.ts";
import type { Grant, GrantDecision } from "../grants/grant.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { Form } from "../oauth/form.ts";
import { requiredParameter } from "../oauth/form.ts";
import { tokenEndpointResponse } from "../oauth/oauth-error.ts";
import { targetAudience } from "../oauth/resources.ts";
import { tokenFormat } from "../oauth/token-format.ts";
import type { AccessTokens, IssuedToken } from "../tokens/access-tokens.ts";
import { tokenTypeOf } from "../tokens/confirmation.ts";
import type { DpopVerifier } from "../tokens/dpop.ts";
import {
  createOAuthEndpoint,
  type EndpointResult,
  type OAuthEndpoint,
  type TokenRequest,
} from "../tokens/oauth-endpoint.ts";
import { confirmationOf } from "../tokens/sender-constraint.ts";
import { expiresIn } from "../tokens/token-lifetime.ts";

/**
 * Creates the token endpoint of an identity tenant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 */
export function createTokenEndpoint(options: TokenEndpointOptions): OAuthEndpoint {
  return createOAuthEndpoint((request) => handle(request, options));
}

/** The parts of an identity tenant that its token endpoint needs. */
export interface TokenEndpointOptions extends ClientAuthenticationContext {
  readonly tenantId: string;
  readonly gatewayClientId: string;
  /** Tells whether the metadata of a protected resource names this URL and this issuer. */
  readonly isAdvertised: (resource: string) => boolean;
  readonly tokens: AccessTokens;
  readonly dpop: DpopVerifier;
  readonly grants: Readonly<Partial<Record<GrantType, Grant>>>;
  /** Lifetime of the tokens issued now, in milliseconds. */
  readonly tokenLifetimeMs: () => number;
}

async function handle(
  request: TokenRequest,
  options: TokenEndpointOptions,
): Promise<EndpointResult> {
  const { form } = request;
  const grantType = requiredParameter(form, "grant_type", "grant_type");
  const client = await authenticateClient(request, options);
  const { tokens, dpop } = options;
  const grant = chooseGrant(grantType, client, options.grants);
  const target = chooseTarget(form, client, options);
  const format = tokenFormat(form);
  const confirmation = await confirmationOf(request, { client, dpop });
  const decision = await grant({ form, client });
  const issued = await tokens.issue({
    ...target,
    subject: decision.subject,
    clientId: client.clientId,
    expiresAt: tokenExpiry(decision, options),
    format: request.format ?? format ?? decision.defaultFormat,
    confirmation,
    claims: { ...iasClaims(options), ...decision.claims, ...client.claims },
  });
  const idToken = decision.withIdToken ? await signIdToken(issued, tokens.keys) : undefined;
  const { clientId } = client;
  return {
    issued,
    clientId,
    response: successResponse(issued, { form, scope: target.scope, idToken }),
  };
}

function successResponse(
  { token, claims }: IssuedToken,
  context: { form: Form; scope: readonly string[]; idToken: string | undefined },
): Response {
  const { form, scope, idToken } = context;
  const isNarrower = scope.length !== splitScope(form.get("scope")).length;
  return tokenEndpointResponse({
    access_token: token,
    token_type: tokenTypeOf(claims),
    expires_in: expiresIn(claims),
    // Required where it differs from the request: RFC 6749 §5.1.
    ...(isNarrower && { scope: scope.join(" ") }),
    ...(idToken !== undefined && { id_token: idToken }),
  });
}

function chooseTarget(form: Form, client: Client, options: TokenEndpointOptions) {
  const { gatewayClientId, isAdvertised, clients } = options;
  const { clientId } = client;
  const context = { clientId, gatewayClientId, isAdvertised };
  return {
    audience: targetAudience(form.getAll("resource"), context),
    scope: grantScope(splitScope(form.get("scope")), { client, known: knownScopes(clients) }),
  };
}

/** A token does not outlive the assertion that it was issued for: RFC 7521 §4.1. */
function tokenExpiry(decision: GrantDecision, options: TokenEndpointOptions): number {
  const { notAfter = Number.POSITIVE_INFINITY } = decision;
  return Math.min(options.clock.now() + options.tokenLifetimeMs(), notAfter);
}

function iasClaims({ tokens, tenantId }: TokenEndpointOptions) {
  return { ias_iss: tokens.issuer, app_tid: tenantId, azp_app_tid: tenantId };
}

function signIdToken({ claims }: IssuedToken, keys: SigningKeys): Promise<string> {
  const { iss = "", sub = "", exp = 0, iat = 0, user_uuid, client_id } = claims;
  return keys.sign({ iss, sub, aud: String(client_id), user_uuid, iat, exp }, "JWT");
}
