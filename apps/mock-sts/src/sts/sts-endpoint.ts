import {
  authenticateClient,
  type ClientAuthenticationContext,
} from "../clients/client-authentication.ts";
import type { Client, GrantType } from "../clients/clients.ts";
import { chooseGrant } from "../grants/choose-grant.ts";
import type { StsGrant } from "../grants/sts-grant.ts";
import { requiredParameter } from "../oauth/form.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import { tokenFormat } from "../oauth/token-format.ts";
import type { HasQuirk } from "../options/sts-quirks.ts";
import type { DpopVerifier } from "../tokens/dpop.ts";
import {
  createOAuthEndpoint,
  type EndpointResult,
  type OAuthEndpoint,
  type TokenRequest,
} from "../tokens/oauth-endpoint.ts";
import { confirmationOf, provenBy } from "../tokens/sender-constraint.ts";
import { errorResponse, withQuirkyCode } from "./sts-errors.ts";
import type { StsIssue } from "./sts-issue.ts";
import { exchangeResponse } from "./sts-response.ts";

/**
 * Creates the token endpoint of a token exchange service.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 RFC 8693 §2}
 */
export function createStsEndpoint(options: StsEndpointOptions): OAuthEndpoint {
  const { hasQuirk } = options;
  return createOAuthEndpoint(
    async (request) => {
      try {
        return await handle(request, options);
      } catch (error) {
        throw error instanceof OAuthError ? withQuirkyCode(error, hasQuirk) : error;
      }
    },
    (error) => errorResponse(error, hasQuirk),
  );
}

/** The parts of a token exchange service that its token endpoint needs. */
export interface StsEndpointOptions extends ClientAuthenticationContext {
  /** The client of requests that name none; `undefined`: such requests are refused. */
  readonly publicClient: Client | undefined;
  readonly dpop: DpopVerifier;
  readonly grants: Readonly<Partial<Record<GrantType, StsGrant>>>;
  readonly issue: StsIssue;
  /** Read at each request. */
  readonly hasQuirk: HasQuirk;
}

async function handle(request: TokenRequest, options: StsEndpointOptions): Promise<EndpointResult> {
  const { grants, dpop, issue, hasQuirk } = options;
  const { form } = request;
  const grantType = requiredParameter(form, "grant_type", "grant_type");
  const client = await identifyClient(request, options);
  const grant = chooseGrant(grantType, client, grants);
  const format = tokenFormat(form) ?? "jwt";
  const confirmation = await confirmationOf(request, { client, dpop });
  const decision = await grant({ form, client, proven: provenBy(request, confirmation) });
  const issued = await issue(decision, { client, confirmation, form, format });
  const isExchange = grantType.endsWith(":token-exchange");
  return {
    issued,
    clientId: client.clientId,
    response: exchangeResponse(issued, { form, decision, isExchange, hasQuirk }),
  };
}

/** The server decides whether clients must authenticate: RFC 8693 §2.1. */
async function identifyClient(request: TokenRequest, options: StsEndpointOptions): Promise<Client> {
  const { form, authorization } = request;
  const names = ["client_id", "client_secret", "client_assertion"];
  const isAnonymous = authorization === undefined && names.every((name) => !form.get(name));
  if (isAnonymous && options.publicClient !== undefined) return options.publicClient;
  if (isAnonymous) {
    const description =
      "the request names no client; with publicClient (--public-client) it would need none";
    throw new OAuthError("invalid_client", description, { status: 401 });
  }
  return authenticateClient(request, options);
}
