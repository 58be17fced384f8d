import { jwtClaims } from "../token/jwt-claims.ts";
import type { RequestRefusal } from "./unauthorized-error.ts";

/** Claims of a token that the application has verified: those of a JWT, or of an introspection response (RFC 7662). */
export interface VerifiedClaims {
  readonly iss?: string | undefined;
  readonly sub?: string | undefined;
}

/**
 * Names the user by the issuer and the subject of verified claims, or says why they name none. Different users never get one name: a
 * subject is unique within its issuer only (RFC 7519 §4.1.2).
 *
 * Claims of another token than the one that the request carries are refused. An application that takes them from a cookie would
 * otherwise give one user the sessions of another.
 */
export function principalOf(
  claims: VerifiedClaims | undefined,
  token: string,
): string | RequestRefusal {
  const { iss, sub } = claims ?? {};
  if (claims === undefined) return refused("nobody verified its token");
  if (!isName(sub)) return refused("the verified claims name no subject");
  if (iss !== undefined && !isName(iss)) return refused("the verified claims name no issuer");
  const own = jwtClaims(token);
  const isOther = own !== undefined && (own.sub !== sub || (iss !== undefined && own.iss !== iss));
  if (isOther) return refused("the verified claims are those of another token");
  return JSON.stringify([iss ?? null, sub]);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function refused(reason: string): RequestRefusal {
  return { reason, error: "invalid_token" };
}
