import { splitScope } from "../clients/scopes.ts";
import { requiredParameter } from "../oauth/form.ts";
import { invalidGrant, invalidScope, invalidTarget } from "../oauth/oauth-error.ts";
import type { ChosenTargets } from "../options/sts-targets.ts";
import { holdsToken } from "../tokens/confirmation.ts";
import type { RefreshTokens } from "./refresh-tokens.ts";
import type { StsGrant, StsGrantRequest } from "./sts-grant.ts";

/**
 * Creates the grant that renews a token, at most for the targets and the scope of before.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 §6}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2.2 RFC 8707 §2.2}
 */
export function createRefreshGrant(refreshTokens: RefreshTokens): StsGrant {
  return async (request) => {
    const token = requiredParameter(request.form, "refresh_token");
    const { decision, confirmation = {} } = refreshTokens.find(token, request.client.clientId);
    if (!holdsToken(confirmation, request.proven)) {
      throw invalidGrant("the refresh token is bound to what was not sent");
    }
    const targets = narrow(decision.targets, request);
    refreshTokens.use(token);
    return { ...decision, targets, refresh: decision };
  };
}

function narrow(before: ChosenTargets, { form }: StsGrantRequest): ChosenTargets {
  const asked = [...form.getAll("audience"), ...form.getAll("resource")];
  if (asked.some((name) => !before.names.includes(name))) {
    throw invalidTarget("the refresh token is not for this target");
  }
  const scope = form.get("scope") === undefined ? before.scope : splitScope(form.get("scope"));
  if (scope.some((part) => !before.scope.includes(part))) {
    throw invalidScope("the refresh token is not for this scope");
  }
  const names = asked.length === 0 ? before.names : [...new Set(asked)];
  return { names, resources: before.resources.filter((uri) => names.includes(uri)), scope };
}
