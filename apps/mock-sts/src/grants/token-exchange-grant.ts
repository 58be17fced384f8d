import { splitScope } from "../clients/scopes.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import type { Form } from "../oauth/form.ts";
import { invalidRequest, invalidTarget, OAuthError } from "../oauth/oauth-error.ts";
import {
  ISSUABLE_TYPES,
  type IssuableType,
  isAccessTokenType,
  TOKEN_TYPES,
} from "../oauth/token-types.ts";
import type { ResolvedStsOptions } from "../options/sts-options.ts";
import type { HasQuirk } from "../options/sts-quirks.ts";
import { chooseTargets, type TargetPolicy } from "../options/sts-targets.ts";
import { isForAudience } from "../tokens/access-token-verification.ts";
import type { PresentedToken, TokenIssuers } from "../tokens/token-issuers.ts";
import { checkMayAct, extendChain, identifyActor } from "./delegation.ts";
import { chooseAuthorizationServer } from "./id-jag.ts";
import { verifyPresentedToken } from "./presented-token.ts";
import type { StsDecision, StsGrant, StsGrantRequest } from "./sts-grant.ts";

/**
 * Creates the grant that exchanges a token for another one: impersonation without an actor token,
 * delegation with one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 RFC 8693 §2}
 */
export function createTokenExchangeGrant(options: TokenExchangeOptions): StsGrant {
  return async (request) => {
    const { refreshTokens } = options.policy;
    const type = requestedType(request.form, { refreshTokens });
    const subject = await readToken("subject", request, options);
    if (subject === undefined) throw invalidRequest("the parameter subject_token is missing");
    checkRequester(subject, request, options);
    const decision: StsDecision = {
      type,
      subject: subject.subject,
      notAfter: subject.notAfter,
      act: await chooseActors(subject, request, options),
      targets: targetsOf(request, type, options),
    };
    const isRefreshable = isAccessTokenType(type) || type === TOKEN_TYPES.refreshToken;
    return refreshTokens && isRefreshable
      ? { ...decision, refresh: refreshDecision(decision) }
      : decision;
  };
}

/** The rules for token exchanges. */
export interface TokenExchangeOptions {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly issuers: TokenIssuers;
  readonly targets: TargetPolicy;
  /** Issuers of the authorization servers an ID-JAG may be for. */
  readonly authorizationServers: readonly string[];
  readonly policy: Pick<
    ResolvedStsOptions,
    "mayAct" | "maxActors" | "subjectForRequester" | "refreshTokens"
  >;
  /** Read at each request. */
  readonly hasQuirk: HasQuirk;
}

/** A refresh token is for the time after the subject token has expired: RFC 8693 §2.2.1. */
function refreshDecision(decision: StsDecision): StsDecision {
  return { ...decision, type: TOKEN_TYPES.accessToken, notAfter: Number.POSITIVE_INFINITY };
}

function requestedType(
  form: Form,
  { refreshTokens }: { readonly refreshTokens: boolean },
): IssuableType {
  const requested = form.get("requested_token_type") ?? TOKEN_TYPES.accessToken;
  const type = ISSUABLE_TYPES.find((known) => known === requested);
  if (type === undefined || (type === TOKEN_TYPES.refreshToken && !refreshTokens)) {
    throw invalidRequest("the requested_token_type is not issued here");
  }
  return type;
}

/** Finds the actors of the subject, and checks that they may act. */
async function chooseActors(
  { claims }: PresentedToken,
  request: StsGrantRequest,
  options: TokenExchangeOptions,
): Promise<StsDecision["act"]> {
  const { mayAct, maxActors } = options.policy;
  if (options.hasQuirk("keycloak-actor-ignored")) {
    return extendChain(claims, { actor: undefined, maxActors });
  }
  const actor = await readToken("actor", request, options);
  const { clientId } = request.client;
  checkMayAct(claims, actor?.claims ?? { sub: clientId, client_id: clientId }, mayAct);
  return extendChain(claims, { actor: actor && identifyActor(actor.claims), maxActors });
}

/** Reads and checks one of the two tokens; each needs its type. */
async function readToken(
  role: "subject" | "actor",
  { form, proven, client: { clientId } }: StsGrantRequest,
  { issuers, hasQuirk }: TokenExchangeOptions,
): Promise<PresentedToken | undefined> {
  const token = form.get(`${role}_token`);
  const type = form.get(`${role}_token_type`);
  if (token === undefined && type === undefined) return undefined;
  if (token === undefined) throw invalidRequest(`${role}_token_type goes with ${role}_token only`);
  if (type === undefined) throw invalidRequest(`the parameter ${role}_token_type is missing`);
  try {
    return await verifyPresentedToken({ token, type, clientId, proven }, issuers);
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    const code = hasQuirk("invalid-grant-for-bad-token") ? "invalid_grant" : "invalid_request";
    throw new OAuthError(code, `the ${role} ${error.message}`);
  }
}

/** A common policy: a client cannot exchange a token that was issued for another client. */
function checkRequester(
  { claims }: PresentedToken,
  { client }: StsGrantRequest,
  { policy, issuer, tokenEndpoint, hasQuirk }: TokenExchangeOptions,
): void {
  const names = [client.clientId, issuer, tokenEndpoint];
  if (!policy.subjectForRequester || isForAudience(claims, names)) return;
  const description = "the subject token is for somebody else";
  if (!hasQuirk("keycloak-access-denied-for-foreign-subject")) throw invalidRequest(description);
  throw new OAuthError("access_denied", description, { status: 403 });
}

function targetsOf(
  { form, client }: StsGrantRequest,
  type: IssuableType,
  options: TokenExchangeOptions,
): StsDecision["targets"] {
  const audiences = form.getAll("audience");
  const resources = form.getAll("resource");
  const request = { clientId: client.clientId, audiences, resources, scope: form.get("scope") };
  if (options.hasQuirk("casdoor-audience-ignored")) {
    return { names: [], resources: [], scope: splitScope(request.scope) };
  }
  if (type === TOKEN_TYPES.idJag) {
    return chooseAuthorizationServer(request, options.authorizationServers);
  }
  if (resources.length > 0 && options.hasQuirk("zitadel-invalid-target-for-resource")) {
    throw invalidTarget("resources are not supported");
  }
  return chooseTargets(request, options.targets);
}
