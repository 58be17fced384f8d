/** What to do about an OAuth error, which depends on what was sent: on the grant, and on how the client authenticates. */
import type { ClientAuthentication } from "../client-authentication/client-authentication.ts";
import type { AuthorizationServer } from "../metadata/authorization-server.ts";
import { exchangeAdvice, looksLikeJwt } from "./exchange-advice.ts";

/** What was sent, and to whom. */
export interface RefusedRequest {
  readonly form: readonly (readonly [string, string])[];
  readonly clientId: string | undefined;
  readonly clientAuthentication: ClientAuthentication;
  readonly server: Pick<AuthorizationServer, "grantTypes">;
}

/**
 * Says what to do about an OAuth error code.
 *
 * @returns `undefined` if the code says nothing that could be done.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export function refusalAdvice(oauthError: string, request: RefusedRequest): string | undefined {
  const advice = [codeAdvice(oauthError, request), unlistedGrant(oauthError, request)];
  return advice.filter((one) => one !== undefined).join("; ") || undefined;
}

function codeAdvice(oauthError: string, request: RefusedRequest): string | undefined {
  switch (oauthError) {
    case "invalid_client":
      return clientAdvice(request);
    case "access_denied":
    case "invalid_grant":
    case "invalid_request":
      return grantAdvice(oauthError, request);
    case "unauthorized_client":
      return "have the server allow this grant to the client";
    case "unsupported_grant_type":
      return "the server does not know this grant";
    case "invalid_scope":
      return "ask for scope that the client may have";
    case "invalid_target":
      return "ask for a resource or audience that the client may use";
    default:
      return undefined;
  }
}

function clientAdvice({ clientId, clientAuthentication }: RefusedRequest): string {
  return (
    clientAuthentication.refusalAdvice?.(clientId) ??
    'check "clientId" and how the client authenticates: method, secret or certificate'
  );
}

/** RFC 7523 §2.1. */
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

function grantAdvice(
  oauthError: "access_denied" | "invalid_grant" | "invalid_request",
  { form }: RefusedRequest,
): string | undefined {
  const grantType = parameter(form, "grant_type");
  if (grantType === "urn:ietf:params:oauth:grant-type:token-exchange") {
    return exchangeAdvice({
      subjectToken: parameter(form, "subject_token") ?? "",
      subjectTokenType: parameter(form, "subject_token_type") ?? "",
      hasActor: parameter(form, "actor_token") !== undefined,
    });
  }
  const assertion = parameter(form, "assertion");
  if (grantType === JWT_BEARER && assertion !== undefined && !looksLikeJwt(assertion)) {
    return "the user's token is not a JWT, but this grant takes JWTs only: exchange it by RFC 8693, or have it issued as a JWT";
  }
  if (oauthError !== "invalid_grant" && assertion === undefined) return undefined;
  const what = assertion === undefined ? "what was sent" : "the assertion";
  return grantType === "client_credentials"
    ? "have the server allow this grant to the client"
    : `${what} may be expired, used already or not meant for this client`;
}

/** These may mean that the server does not have the grant, whatever else they say: servers choose the code as they like. */
const ABOUT_GRANT = [
  "access_denied",
  "invalid_grant",
  "invalid_request",
  "unauthorized_client",
  "unsupported_grant_type",
];

function unlistedGrant(oauthError: string, { form, server }: RefusedRequest): string | undefined {
  const grantType = parameter(form, "grant_type");
  if (grantType === undefined || !ABOUT_GRANT.includes(oauthError)) return undefined;
  if (server.grantTypes?.includes(grantType) !== false) return undefined;
  return `its metadata does not list the grant ${grantType} ("grant_types_supported")`;
}

function parameter(form: RefusedRequest["form"], name: string): string | undefined {
  return form.find(([given]) => given === name)?.[1];
}
