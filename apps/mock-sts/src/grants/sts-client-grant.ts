import { OAuthError } from "../oauth/oauth-error.ts";
import { TOKEN_TYPES } from "../oauth/token-types.ts";
import { chooseTargets, type TargetPolicy } from "../options/sts-targets.ts";
import type { StsGrant } from "./sts-grant.ts";

/**
 * Creates the grant that gives a client a token of its own; a client that proves nothing gets none.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export function createStsClientGrant(targets: TargetPolicy): StsGrant {
  return async ({ form, client: { clientId, authentication } }) => {
    if (authentication === "none") {
      const description = "a client that proves nothing gets no token of its own";
      throw new OAuthError("unauthorized_client", description);
    }
    const audiences = form.getAll("audience");
    const resources = form.getAll("resource");
    return {
      subject: clientId,
      act: undefined,
      type: TOKEN_TYPES.accessToken,
      notAfter: Number.POSITIVE_INFINITY,
      targets: chooseTargets({ clientId, audiences, resources, scope: form.get("scope") }, targets),
    };
  };
}
