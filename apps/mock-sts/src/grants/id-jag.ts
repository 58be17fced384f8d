import { splitScope } from "../clients/scopes.ts";
import { invalidRequest, invalidTarget } from "../oauth/oauth-error.ts";
import { type ChosenTargets, checkResource, type TargetRequest } from "../options/sts-targets.ts";

/** Header `typ` of an Identity Assertion JWT Authorization Grant (ID-JAG). */
export const ID_JAG_TYP = "oauth-id-jag+jwt";

/** Longest lifetime of an ID-JAG, in milliseconds: it is redeemed at once. */
export const ID_JAG_LIFETIME_MS = 300_000;

/**
 * Finds the authorization server that an ID-JAG is for; that server checks resources and scope
 * itself.
 *
 * @throws OAuthError `invalid_request` without an audience, `invalid_target` for a wrong one.
 * @see {@link https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ the draft}
 */
export function chooseAuthorizationServer(
  { audiences, resources, scope }: TargetRequest,
  authorizationServers: readonly string[],
): ChosenTargets {
  const [audience] = audiences;
  if (audience === undefined) {
    throw invalidRequest("an ID-JAG needs the audience parameter");
  }
  if (audiences.length > 1) throw invalidTarget("an ID-JAG is for one authorization server");
  if (!authorizationServers.includes(audience)) {
    throw invalidTarget("the audience is no authorization server this one knows");
  }
  for (const resource of resources) checkResource(resource);
  return { names: [audience], resources, scope: splitScope(scope) };
}
