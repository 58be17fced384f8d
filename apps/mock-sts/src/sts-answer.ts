import { randomBytes } from "node:crypto";
import type { IssuedToken } from "./access-tokens.ts";
import type { Form } from "./form.ts";
import { tokenEndpointResponse } from "./oauth-error.ts";
import { splitScope } from "./scopes.ts";
import type { StsDecision } from "./sts-grant.ts";
import type { StsQuirk } from "./sts-quirks.ts";
import { isAccessTokenType, tokenTypes } from "./token-types.ts";

interface AnswerContext {
  readonly form: Form;
  readonly decision: StsDecision;
  /** Whether the token was exchanged; the answer to an assertion is a plain one. */
  readonly isExchange: boolean;
  readonly hasQuirk: (quirk: StsQuirk) => boolean;
}

/**
 * Builds the answer that brings a token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1 RFC 8693, section 2.2.1}
 */
export function exchangeResponse(issued: IssuedToken, context: AnswerContext): Response {
  const { form, decision, isExchange, hasQuirk } = context;
  const { claims, token } = issued;
  const { scope } = decision.targets;
  const isDifferent = scope.join(" ") !== splitScope(form.get("scope")).join(" ");
  return tokenEndpointResponse({
    access_token: token,
    ...(isExchange && !hasQuirk("no-issued-token-type") && { issued_token_type: typeOf(context) }),
    token_type: usageOf(context),
    expires_in: (claims.exp ?? 0) - (claims.iat ?? 0),
    ...(isDifferent && { scope: scope.join(" ") }),
    ...(hasQuirk("refresh-token") && { refresh_token: randomBytes(32).toString("base64url") }),
  });
}

/** Builds the page of a server that knows nothing of JSON. */
export function htmlResponse(status: number): Response {
  const page = `<!doctype html><title>${status}</title><h1>Something went wrong</h1>`;
  return new Response(page, { status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

function typeOf({ decision: { type }, hasQuirk }: AnswerContext): string {
  if (!hasQuirk("wrong-issued-token-type")) return type;
  return type === tokenTypes.accessToken ? tokenTypes.idToken : tokenTypes.accessToken;
}

function usageOf({ decision: { type }, hasQuirk }: AnswerContext): string {
  const isBearer = isAccessTokenType(type)
    ? !hasQuirk("n-a-for-access-token")
    : hasQuirk("bearer-for-any-type");
  const usage = isBearer ? "Bearer" : "N_A";
  return hasQuirk("lower-case-token-type") ? usage.toLowerCase() : usage;
}
