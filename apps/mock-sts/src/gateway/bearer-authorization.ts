import type { X509Certificate } from "node:crypto";
import type { JWTPayload } from "jose";
import { splitScope } from "../clients/scopes.ts";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";
import { readConfirmation } from "../tokens/confirmation.ts";
import { DpopError, type DpopVerifier } from "../tokens/dpop.ts";
import type { AccessTokenVerifier } from "../tokens/foreign-access-tokens.ts";
import type { Refusal } from "./bearer-challenge.ts";

/** The parts of a request to a protected resource that its authorization depends on. */
export interface ProtectedRequest {
  readonly method: string;
  /** URL without its query. */
  readonly url: string;
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** The `DPoP` header. */
  readonly dpop: string | undefined;
  /** Whether the token is in the query or the form, where it must not be. */
  readonly misplacedToken: boolean;
  readonly certificate: X509Certificate | undefined;
}

/** The requirements of a protected resource. */
export interface ResourcePolicy {
  readonly tokens: AccessTokenVerifier;
  /** The names of the resource in `aud`. */
  readonly audience: string | readonly string[];
  readonly requiredScope: string | undefined;
  /** Whether a bound token is refused without the certificate it is bound to. */
  readonly requireBoundCertificate: boolean;
  /** Whether a token must be bound to a key. */
  readonly requireDpop: boolean;
  readonly dpop: DpopVerifier;
}

/** A valid token, or the refusal of the request. */
export type Authorization =
  | { readonly token: string; readonly claims: JWTPayload }
  | { readonly refusal: Refusal };

/**
 * Verifies the access token of a request.
 *
 * @throws OAuthError with status 503 if the keys of its issuer cannot be read.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 §3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 §3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 §7.1}
 */
export async function authorizeBearer(
  request: ProtectedRequest,
  policy: ResourcePolicy,
): Promise<Authorization> {
  if (request.misplacedToken) return badRequest("the token belongs in the Authorization header");
  const [name, ...credentials] = request.authorization?.trim().split(/ +/) ?? [];
  const scheme = SCHEMES.find((known) => known.toLowerCase() === name?.toLowerCase());
  if (scheme === undefined) {
    const asked = policy.requireDpop ? "DPoP" : "Bearer";
    const description = "the request has no access token";
    return { refusal: { status: 401, scheme: asked, description, ...scopeOf(policy) } };
  }
  const [token] = credentials;
  if (token === undefined || credentials.length > 1 || !/^[\w.~+/-]+=*$/.test(token)) {
    return badRequest("the Authorization header is malformed");
  }
  try {
    const claims = await policy.tokens.verify(token, policy);
    if (policy.requireBoundCertificate) checkCertificate(claims, request.certificate);
    await checkKey(claims, { scheme, token, request, policy });
    return hasScope(claims, policy) ? { token, claims } : insufficientScope(scheme, policy);
  } catch (error) {
    return refusalOf(error, scheme, policy);
  }
}

/** Refuses a token. */
export function invalidToken(
  description: string,
  policy: { readonly requiredScope: string | undefined },
  scheme: Refusal["scheme"] = "Bearer",
): { refusal: Refusal } {
  const error = "invalid_token";
  return { refusal: { status: 401, scheme, error, description, ...scopeOf(policy) } };
}

const SCHEMES = ["Bearer", "DPoP"] as const;

function refusalOf(
  error: unknown,
  scheme: Refusal["scheme"],
  policy: ResourcePolicy,
): { refusal: Refusal } {
  if (error instanceof InvalidTokenError) return invalidToken(error.message, policy, scheme);
  if (!(error instanceof DpopError)) throw error;
  const { code, message: description } = error;
  const headers = policy.dpop.nonceHeaders();
  return { refusal: { status: 401, scheme: "DPoP", error: code, description, headers } };
}

function checkCertificate(claims: JWTPayload, certificate: X509Certificate | undefined): void {
  const bound = readConfirmation(claims)["x5t#S256"];
  if (bound === undefined) return;
  if (certificate === undefined) {
    throw new InvalidTokenError("token is bound to a certificate and none was sent");
  }
  if (certificateThumbprint(certificate.raw) !== bound) {
    throw new InvalidTokenError("token is bound to another certificate");
  }
}

/** A token and its scheme must fit: a token that is bound to a key is not a bearer token, and the reverse. */
async function checkKey(
  claims: JWTPayload,
  context: {
    scheme: Refusal["scheme"];
    token: string;
    request: ProtectedRequest;
    policy: ResourcePolicy;
  },
): Promise<void> {
  const { scheme, token, request, policy } = context;
  const { jkt } = readConfirmation(claims);
  if (jkt === undefined && policy.requireDpop) {
    throw new InvalidTokenError("token is not bound to a key");
  }
  if (jkt === undefined && scheme === "DPoP") {
    throw new InvalidTokenError("token is a bearer token");
  }
  if (jkt === undefined) return;
  if (scheme === "Bearer") throw new InvalidTokenError("token is bound to a key");
  if (request.dpop === undefined) throw new DpopError("the DPoP proof is missing");
  const { method, url } = request;
  if ((await policy.dpop.verify(request.dpop, { method, url, accessToken: token })) !== jkt) {
    throw new InvalidTokenError("token is bound to another key");
  }
}

function hasScope(claims: JWTPayload, { requiredScope }: ResourcePolicy): boolean {
  const granted = splitScope(typeof claims.scope === "string" ? claims.scope : undefined);
  return splitScope(requiredScope).every((scope) => granted.includes(scope));
}

function insufficientScope(
  scheme: Refusal["scheme"],
  policy: ResourcePolicy,
): { refusal: Refusal } {
  const description = "the token lacks a scope this server needs";
  const error = "insufficient_scope";
  return { refusal: { status: 403, scheme, error, description, ...scopeOf(policy) } };
}

function badRequest(description: string): { refusal: Refusal } {
  return { refusal: { status: 400, scheme: "Bearer", error: "invalid_request", description } };
}

function scopeOf({ requiredScope }: { readonly requiredScope: string | undefined }) {
  return requiredScope === undefined ? {} : { scope: requiredScope };
}
