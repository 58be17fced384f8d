import { splitScope } from "../clients/scopes.ts";
import type { StsDecision } from "../grants/sts-grant.ts";
import type { Form } from "../oauth/form.ts";
import { tokenEndpointResponse } from "../oauth/oauth-error.ts";
import { randomToken } from "../oauth/random-token.ts";
import { isAccessTokenType, TOKEN_TYPES } from "../oauth/token-types.ts";
import type { HasQuirk } from "../options/sts-quirks.ts";
import { tokenTypeOf } from "../tokens/confirmation.ts";
import { expiresIn } from "../tokens/token-lifetime.ts";
import type { StsIssued } from "./sts-issue.ts";

interface ResponseContext {
  readonly form: Form;
  readonly decision: StsDecision;
  /** Whether the token was exchanged; the response to an assertion has no `issued_token_type`. */
  readonly isExchange: boolean;
  readonly hasQuirk: HasQuirk;
}

/**
 * Builds the response with a token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1 RFC 8693 §2.2.1}
 */
export function exchangeResponse(issued: StsIssued, context: ResponseContext): Response {
  const { form, decision, isExchange, hasQuirk } = context;
  const { claims, token, refreshToken } = issued;
  const { scope } = decision.targets;
  const isDifferent = scope.join(" ") !== splitScope(form.get("scope")).join(" ");
  return tokenEndpointResponse({
    access_token: token,
    ...(isExchange && !hasQuirk("no-issued-token-type") && { issued_token_type: typeOf(context) }),
    token_type: usageOf(issued, context),
    expires_in: expiresIn(claims),
    ...(isDifferent && { scope: scope.join(" ") }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(hasQuirk("useless-refresh-token") && {
      refresh_token: randomToken(),
    }),
  });
}

function typeOf({ decision: { type }, hasQuirk }: ResponseContext): string {
  if (!hasQuirk("wrong-issued-token-type")) return type;
  return type === TOKEN_TYPES.accessToken ? TOKEN_TYPES.idToken : TOKEN_TYPES.accessToken;
}

function usageOf({ claims }: StsIssued, { decision: { type }, hasQuirk }: ResponseContext): string {
  const isUsable = isAccessTokenType(type)
    ? !hasQuirk("n-a-for-access-token")
    : hasQuirk("bearer-for-any-type");
  const usage = isUsable ? tokenTypeOf(claims) : "N_A";
  return hasQuirk("lower-case-token-type") ? usage.toLowerCase() : usage;
}
