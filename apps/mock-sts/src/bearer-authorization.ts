import type { X509Certificate } from "node:crypto";
import type { JWTPayload } from "jose";
import type { AccessTokens } from "./access-tokens.ts";
import type { Refusal } from "./bearer-challenge.ts";
import { certificateThumbprint } from "./fingerprint.ts";
import { InvalidTokenError } from "./jwt-verification.ts";
import { splitScope } from "./scopes.ts";

/** A request to a protected resource, as far as its authorization goes. */
export interface ProtectedRequest {
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** The token in the query or the form, where it must not be. */
  readonly misplacedToken: boolean;
  readonly certificate: X509Certificate | undefined;
}

/** What the resource demands. */
export interface ResourcePolicy {
  readonly tokens: AccessTokens;
  /** The names the resource goes by in `aud`. */
  readonly audience: string | readonly string[];
  readonly requiredScope: string | undefined;
  /** Whether a bound token is refused without the certificate it is bound to. */
  readonly requireBoundCertificate: boolean;
}

/** A good token, or why the request may not pass. */
export type Authorization =
  | { readonly token: string; readonly claims: JWTPayload }
  | { readonly refusal: Refusal };

/**
 * Judges the access token of a request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750, section 3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705, section 3}
 */
export async function authorizeBearer(
  request: ProtectedRequest,
  policy: ResourcePolicy,
): Promise<Authorization> {
  if (request.misplacedToken) return badRequest("the token belongs in the Authorization header");
  const [scheme, ...credentials] = request.authorization?.trim().split(/ +/) ?? [];
  if (scheme?.toLowerCase() !== "bearer") return { refusal: { status: 401, ...scopeOf(policy) } };
  const [token] = credentials;
  if (token === undefined || credentials.length > 1 || !/^[\w.~+/-]+=*$/.test(token)) {
    return badRequest("the Authorization header is malformed");
  }
  try {
    const claims = await policy.tokens.verify(token, policy);
    if (policy.requireBoundCertificate) checkBinding(claims, request.certificate);
    return hasScope(claims, policy) ? { token, claims } : insufficientScope(policy);
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    return invalidToken(error.message, policy);
  }
}

/** Refuses a token. */
export function invalidToken(
  description: string,
  policy: { readonly requiredScope: string | undefined },
): { refusal: Refusal } {
  return { refusal: { status: 401, error: "invalid_token", description, ...scopeOf(policy) } };
}

function checkBinding({ cnf }: JWTPayload, certificate: X509Certificate | undefined): void {
  const bound = (cnf as { "x5t#S256"?: string } | undefined)?.["x5t#S256"];
  if (bound === undefined) return;
  if (certificate === undefined) {
    throw new InvalidTokenError("token is bound to a certificate and none was sent");
  }
  if (certificateThumbprint(certificate.raw) !== bound) {
    throw new InvalidTokenError("token is bound to another certificate");
  }
}

function hasScope(claims: JWTPayload, { requiredScope }: ResourcePolicy): boolean {
  const granted = splitScope(typeof claims.scope === "string" ? claims.scope : undefined);
  return splitScope(requiredScope).every((scope) => granted.includes(scope));
}

function insufficientScope(policy: ResourcePolicy): { refusal: Refusal } {
  const description = "the token lacks a scope this server needs";
  return {
    refusal: { status: 403, error: "insufficient_scope", description, ...scopeOf(policy) },
  };
}

function badRequest(description: string): { refusal: Refusal } {
  return { refusal: { status: 400, error: "invalid_request", description } };
}

function scopeOf({ requiredScope }: { readonly requiredScope: string | undefined }) {
  return requiredScope === undefined ? {} : { scope: requiredScope };
}
