import type { JWTPayload } from "jose";
import { InvalidTokenError, ownSignature, verifyJwt } from "../keys/jwt-verification.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";

/**
 * Checks type, signature, issuer and lifetime of an access token that is a JWT.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 §4}
 */
export function verifyAccessTokenJwt(
  token: string,
  context: {
    issuer: string;
    keys: SigningKeys;
    nowMs: number;
    clockSkewMs: number;
    typ?: string;
  },
): Promise<JWTPayload> {
  const { issuer, keys, nowMs, clockSkewMs, typ = "at+jwt" } = context;
  return verifyJwt(token, {
    issuer,
    nowMs,
    clockSkewMs,
    typ,
    ...ownSignature(keys),
    requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
  });
}

/**
 * Checks the expiry of an access token, also of an opaque one.
 *
 * @throws InvalidTokenError
 */
export function verifyExpiry(
  { exp = 0 }: JWTPayload,
  { nowMs, clockSkewMs }: { nowMs: number; clockSkewMs: number },
): void {
  if (exp * 1000 + clockSkewMs <= nowMs) throw new InvalidTokenError("token has expired");
}

/**
 * Checks that an access token is for one of the names of a resource server.
 *
 * @throws InvalidTokenError
 */
export function verifyAudience(claims: JWTPayload, names: readonly string[]): void {
  if (isForAudience(claims, names)) return;
  throw new InvalidTokenError("token is for another audience");
}

/** Tells whether the claim `aud` holds one of several names. */
export function isForAudience({ aud }: JWTPayload, names: readonly string[]): boolean {
  return [aud].flat().some((name) => names.includes(String(name)));
}
