import { splitScope } from "../clients/scopes.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { requiredParameter } from "../oauth/form.ts";
import { invalidGrant, invalidScope, invalidTarget } from "../oauth/oauth-error.ts";
import { TOKEN_TYPES } from "../oauth/token-types.ts";
import { chooseTargets, type TargetPolicy, type TargetRequest } from "../options/sts-targets.ts";
import { isForAudience } from "../tokens/access-token-verification.ts";
import type { PresentedToken, TokenIssuers } from "../tokens/token-issuers.ts";
import { extendChain } from "./delegation.ts";
import { ID_JAG_TYP } from "./id-jag.ts";
import { type AssertionRules, createAssertionUse } from "./jwt-bearer-grant.ts";
import type { StsGrant, StsGrantRequest } from "./sts-grant.ts";

/**
 * Creates the grant that turns an assertion into an access token: a user's JWT, or an ID-JAG of this
 * or another server.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3}
 * @see {@link https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG, the draft}
 */
export function createStsAssertionGrant(options: StsAssertionOptions): StsGrant {
  const { issuers, targets, maxActors } = options;
  const checkUse = createAssertionUse(options);
  return async (request) => {
    const assertion = requiredParameter(request.form, "assertion");
    const presented = await verify(assertion, issuers);
    checkAddressee(presented, request, options);
    checkUse(assertion, presented.notAfter);
    const { subject, notAfter, claims } = presented;
    return {
      subject,
      notAfter,
      type: TOKEN_TYPES.accessToken,
      act: extendChain(claims, { actor: undefined, maxActors }),
      targets: chooseTargets(targetRequest(presented, request), targets),
    };
  };
}

/** The rules for assertions. */
export interface StsAssertionOptions extends AssertionRules {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly issuers: TokenIssuers;
  readonly targets: TargetPolicy;
  readonly maxActors: number;
}

async function verify(assertion: string, issuers: TokenIssuers): Promise<PresentedToken> {
  try {
    return await issuers.verify(assertion);
  } catch (error) {
    throw error instanceof InvalidTokenError ? invalidGrant(error.message) : error;
  }
}

/** An ID-JAG names the server and the client; other assertions may be for the client itself, as id tokens are. */
function checkAddressee(
  { claims, kind }: PresentedToken,
  { client: { clientId } }: StsGrantRequest,
  { issuer, tokenEndpoint, strictAudience }: StsAssertionOptions,
): void {
  const isIdJag = kind === ID_JAG_TYP;
  if (!isIdJag && kind !== "jwt") throw invalidGrant("the token is no assertion");
  const names = isIdJag || strictAudience ? [issuer] : [issuer, tokenEndpoint, clientId];
  if (!isForAudience(claims, names)) {
    throw invalidGrant("the assertion is for another audience");
  }
  if (isIdJag && claims.client_id !== clientId) {
    throw invalidGrant("the assertion is for another client");
  }
  if (isIdJag && claims.jti === undefined) throw invalidGrant("the assertion has no jti");
}

/** A request gets at most what the ID-JAG allows. */
function targetRequest(
  { claims, kind }: PresentedToken,
  { form, client: { clientId } }: StsGrantRequest,
): TargetRequest {
  const audiences = form.getAll("audience");
  const resources = form.getAll("resource");
  const scope = form.get("scope");
  if (kind !== ID_JAG_TYP) return { clientId, audiences, resources, scope };
  const allowed = [claims.resource ?? []].flat().map(String);
  if (audiences.length > 0 || resources.some((resource) => !allowed.includes(resource))) {
    throw invalidTarget("the assertion is not for this target");
  }
  const allowedScope = splitScope(String(claims.scope ?? ""));
  const requested = scope === undefined ? allowedScope : splitScope(scope);
  if (requested.some((part) => !allowedScope.includes(part))) {
    throw invalidScope("the assertion does not allow this scope");
  }
  const chosen = resources.length === 0 ? allowed : resources;
  return { clientId, audiences, resources: chosen, scope: requested.join(" ") };
}
