import type { X509Certificate } from "node:crypto";
import type { AccessTokens, IssuedToken, TokenFormat } from "./access-tokens.ts";
import { chooseGrant } from "./choose-grant.ts";
import type { ClientAssertions } from "./client-assertion.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { Client, Clients, GrantType } from "./clients.ts";
import type { Clock } from "./clock.ts";
import { certificateThumbprint } from "./fingerprint.ts";
import { assertTokenForm, type Form } from "./form.ts";
import type { Grant, GrantDecision } from "./grant.ts";
import { OAuthError, tokenEndpointResponse } from "./oauth-error.ts";
import { targetAudience } from "./resources.ts";
import { grantScope, knownScopes, splitScope } from "./scopes.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** What the token endpoint works with. */
export interface TokenEndpointOptions {
  readonly issuer: string;
  readonly tenantId: string;
  readonly gatewayClientId: string;
  readonly clients: Clients;
  readonly authority: X509Certificate;
  readonly clientAssertions: ClientAssertions;
  readonly tokens: AccessTokens;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly grants: Readonly<Partial<Record<GrantType, Grant>>>;
  /** Lifetime of the tokens issued now, in milliseconds. */
  readonly tokenLifetimeMs: () => number;
}

/** A token request as it arrived. */
export interface TokenRequest {
  readonly method: string;
  /** Query of the URL, without the question mark. */
  readonly query: string;
  readonly body: string;
  readonly form: Form;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly certificate: X509Certificate | undefined;
  /** Format the mock was told to issue; wins over the form's. */
  readonly format?: TokenFormat | undefined;
}

/** The outcome of a token request: its answer, and what it was about. */
export interface TokenAnswer {
  readonly response: Response;
  readonly issued?: IssuedToken;
  /** The client, where it is known by more than what it sent. */
  readonly clientId?: string;
  readonly error?: string;
}

/**
 * Creates the function that answers requests to the token endpoint.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749, section 3.2}
 */
export function createTokenEndpoint(
  options: TokenEndpointOptions,
): (request: TokenRequest) => Promise<TokenAnswer> {
  return async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return { response: error.toResponse(), error: error.error };
    }
  };
}

async function answer(request: TokenRequest, options: TokenEndpointOptions): Promise<TokenAnswer> {
  assertWellFormed(request);
  const { form, certificate } = request;
  const grantType = form.get("grant_type");
  if (grantType === undefined) throw new OAuthError("invalid_request", "grant_type is missing");
  const client = await authenticateClient(request, { ...options, now: options.clock.now() });
  const grant = chooseGrant(grantType, client, options.grants);
  const target = chooseTarget(form, client, options);
  const format = tokenFormat(form);
  const decision = await grant({ form, client });
  const issued = await options.tokens.issue({
    ...target,
    subject: decision.subject,
    clientId: client.clientId,
    expiresAt: endOfToken(decision, options),
    format: request.format ?? format ?? decision.defaultFormat,
    x5tS256: client.certificateBoundTokens ? thumbprintOf(certificate) : undefined,
    claims: { ...iasClaims(options), ...decision.claims },
  });
  const idToken = decision.withIdToken ? await signIdToken(issued, options.keys) : undefined;
  const { clientId } = client;
  return {
    ...{ issued, clientId },
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
    token_type: "Bearer",
    expires_in: (claims.exp ?? 0) - (claims.iat ?? 0),
    // Required where it differs from the request: RFC 6749, section 5.1.
    ...(isNarrower && { scope: scope.join(" ") }),
    ...(idToken !== undefined && { id_token: idToken }),
  });
}

/** Checks method, query, and form of a token request. @throws OAuthError `invalid_request`. */
export function assertWellFormed({ method, query, body, contentType }: TokenRequest): void {
  if (method !== "POST") {
    const headers = { Allow: "POST" };
    throw new OAuthError("invalid_request", "the token endpoint takes POST only", {
      status: 405,
      headers,
    });
  }
  if (query !== "") throw new OAuthError("invalid_request", "parameters belong in the body");
  assertTokenForm(body, contentType);
}

function chooseTarget(form: Form, client: Client, options: TokenEndpointOptions) {
  const { gatewayClientId, clients } = options;
  const { clientId } = client;
  return {
    audience: targetAudience(form.getAll("resource"), { clientId, gatewayClientId }),
    scope: grantScope(splitScope(form.get("scope")), { client, known: knownScopes(clients) }),
  };
}

function tokenFormat(form: Form): "jwt" | "opaque" | undefined {
  const format = form.get("token_format");
  if (format === undefined || format === "jwt" || format === "opaque") return format;
  throw new OAuthError("invalid_request", "token_format is neither jwt nor opaque");
}

/** A token made of an assertion does not outlive it: RFC 7521, section 4.1. */
function endOfToken(decision: GrantDecision, options: TokenEndpointOptions): number {
  const { notAfter = Number.POSITIVE_INFINITY } = decision;
  return Math.min(options.clock.now() + options.tokenLifetimeMs(), notAfter);
}

function iasClaims({ issuer, tenantId }: TokenEndpointOptions) {
  return { ias_iss: issuer, app_tid: tenantId, azp_app_tid: tenantId };
}

function thumbprintOf(certificate: X509Certificate | undefined): string | undefined {
  return certificate && certificateThumbprint(certificate.raw);
}

function signIdToken({ claims }: IssuedToken, keys: SigningKeys): Promise<string> {
  const { iss = "", sub = "", exp = 0, iat = 0, user_uuid, client_id } = claims;
  return keys.sign({ iss, sub, aud: String(client_id), user_uuid, iat, exp }, "JWT");
}
