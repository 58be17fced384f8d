import { OAuthError } from "../oauth/oauth-error.ts";
import type { HasQuirk, StsQuirk } from "../options/sts-quirks.ts";

/** Refusals for which some servers use another code, by the right code. */
const OTHER_CODES: readonly (readonly [quirk: StsQuirk, right: string, wrong: string])[] = [
  ["keycloak-invalid-client-for-unknown-audience", "invalid_target", "invalid_client"],
  ["navikt-invalid-grant-for-unknown-grant-type", "unsupported_grant_type", "invalid_grant"],
  [
    "oidc-provider-invalid-request-for-forbidden-grant-type",
    "unauthorized_client",
    "invalid_request",
  ],
];

/** Gives a refusal the code that the quirks ask for. */
export function withQuirkyCode(error: OAuthError, hasQuirk: HasQuirk): OAuthError {
  const found = OTHER_CODES.find(([quirk, right]) => right === error.error && hasQuirk(quirk));
  return found === undefined ? error : new OAuthError(found[2], error.message);
}

/** Builds the response to a refused request in the form that the quirks ask for. */
export function errorResponse(error: OAuthError, hasQuirk: HasQuirk): Response {
  const { status, message } = error;
  if (hasQuirk("html-errors")) {
    const page = `<!doctype html><title>${status}</title><h1>Something went wrong</h1>`;
    return otherResponse(page, status, "text/html; charset=utf-8");
  }
  if (hasQuirk("glewlwyd-empty-errors")) return new Response(null, { status });
  if (hasQuirk("kagent-plain-text-errors")) return otherResponse(message, status, "text/plain");
  if (hasQuirk("oauth2-mock-server-problem-errors")) {
    const problem = JSON.stringify({ type: "about:blank", title: message, status });
    return otherResponse(problem, status, "application/problem+json");
  }
  return error.toResponse();
}

function otherResponse(body: string, status: number, contentType: string): Response {
  return new Response(body, { status, headers: { "Content-Type": contentType } });
}
