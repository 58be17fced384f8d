import type { JWTPayload } from "jose";

/** Computes the member `expires_in` of a token response: the lifetime of the token in seconds. */
export function expiresIn({ exp = 0, iat = 0 }: JWTPayload): number {
  return exp - iat;
}
