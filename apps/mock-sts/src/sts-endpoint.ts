import type { X509Certificate } from "node:crypto";
import { chooseGrant } from "./choose-grant.ts";
import type { ClientAssertions } from "./client-assertion.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { Client, Clients, GrantType } from "./clients.ts";
import type { Clock } from "./clock.ts";
import { OAuthError } from "./oauth-error.ts";
import { exchangeResponse, htmlResponse } from "./sts-answer.ts";
import type { StsGrant } from "./sts-grant.ts";
import type { StsIssue } from "./sts-issue.ts";
import type { StsQuirk } from "./sts-quirks.ts";
import { assertWellFormed, type TokenAnswer, type TokenRequest } from "./token-endpoint.ts";

/** What the token endpoint of the token exchange service works with. */
export interface StsEndpointOptions {
  readonly clients: Clients;
  /** The client of requests that name none; `undefined`: there must be one. */
  readonly publicClient: Client | undefined;
  readonly authority: X509Certificate;
  readonly clientAssertions: ClientAssertions;
  readonly clock: Clock;
  readonly grants: Readonly<Partial<Record<GrantType, StsGrant>>>;
  readonly issue: StsIssue;
  /** Read at each request. */
  readonly hasQuirk: (quirk: StsQuirk) => boolean;
}

/**
 * Creates the function that answers requests to the token exchange service.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 RFC 8693, section 2}
 */
export function createStsEndpoint(
  options: StsEndpointOptions,
): (request: TokenRequest) => Promise<TokenAnswer> {
  const { hasQuirk } = options;
  return async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const response = hasQuirk("html-errors") ? htmlResponse(error.status) : error.toResponse();
      return { response, error: error.error };
    }
  };
}

async function answer(request: TokenRequest, options: StsEndpointOptions): Promise<TokenAnswer> {
  const { grants, issue, hasQuirk } = options;
  assertWellFormed(request);
  const { form, certificate } = request;
  const grantType = form.get("grant_type");
  if (grantType === undefined) throw new OAuthError("invalid_request", "grant_type is missing");
  const client = await identifyClient(request, options);
  const decision = await chooseGrant(grantType, client, grants)({ form, client, certificate });
  const issued = await issue(decision, { client, certificate });
  const isExchange = grantType.endsWith(":token-exchange");
  return {
    issued,
    clientId: client.clientId,
    response: exchangeResponse(issued, { form, decision, isExchange, hasQuirk }),
  };
}

/** Whether a client must prove itself is the server's policy: RFC 8693, section 2.1. */
async function identifyClient(request: TokenRequest, options: StsEndpointOptions): Promise<Client> {
  const { form, authorization } = request;
  const names = ["client_id", "client_secret", "client_assertion"];
  const isAnonymous = authorization === undefined && names.every((name) => !form.get(name));
  if (isAnonymous && options.publicClient !== undefined) return options.publicClient;
  return authenticateClient(request, { ...options, now: options.clock.now() });
}
