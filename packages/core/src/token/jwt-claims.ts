import { decodeJwt } from "jose";

/**
 * Reads the `exp` of a JWT, in epoch milliseconds. Nothing is verified, so use the result only to shorten how long you keep a
 * token.
 *
 * @returns `undefined` if the token is not a JWT or its `exp` is unusable.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4 RFC 7519 §4.1.4}
 */
export function jwtExpiresAt(token: string): number | undefined {
  const exp = jwtExp(token);
  return typeof exp === "number" && isEpochSeconds(exp) ? exp * 1000 : undefined;
}

/**
 * Reads the audience of a JWT from its `aud`. Nothing is verified.
 *
 * @returns `undefined` if the token is not a JWT; an empty list if the JWT names no audience.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3 RFC 7519 §4.1.3}
 */
export function jwtAudience(token: string): readonly string[] | undefined {
  const claims = jwtClaims(token);
  if (claims === undefined) return undefined;
  const named: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  return named.filter((name) => typeof name === "string");
}

/** The subject of a JWT, and the actor on the subject's behalf. */
export interface JwtParties {
  /** Claim `sub`. */
  readonly subject: string | undefined;
  /** The current actor, from claim `act`; absent if `act` is absent or is not an object. Prior actors are left out. */
  readonly actor?: { readonly subject: string | undefined };
}

/**
 * Reads the subject and the current actor of a JWT. Nothing is verified.
 *
 * @returns `undefined` if the token is not a JWT.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 §4.1}
 */
export function jwtParties(token: string): JwtParties | undefined {
  const claims = jwtClaims(token);
  if (claims === undefined) return undefined;
  const { act } = claims;
  if (typeof act !== "object" || act === null) return { subject: subjectOf(claims) };
  return { subject: subjectOf(claims), actor: { subject: subjectOf(act) } };
}

function subjectOf({ sub }: { readonly sub?: unknown }): string | undefined {
  return typeof sub === "string" ? sub : undefined;
}

/** Reads the raw `exp` of a token; `undefined` if the token is not a JWT or has no `exp`. */
export function jwtExp(token: string): unknown {
  return jwtClaims(token)?.exp;
}

/** Reads all claims of a JWT; `undefined` if the token is not a JWT. Nothing is verified. */
export function jwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // An opaque token has no readable claims. That is not an error.
  }
}

/** Tells a plausible instant in seconds from garbage and from milliseconds. */
export function isEpochSeconds(seconds: number): boolean {
  // 1e11 seconds are the year 5138; 1e11 milliseconds were 1973.
  return Number.isFinite(seconds) && seconds >= 0 && seconds < 1e11;
}
