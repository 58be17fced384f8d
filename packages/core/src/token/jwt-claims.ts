import { decodeJwt } from "jose";

/**
 * Reads when a JWT says it ends, in epoch milliseconds. Nothing is verified: a claim read so may only shorten what
 * is kept. Anything but a JWT with a usable `exp` gives `undefined`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4 RFC 7519 §4.1.4}
 */
export function jwtExpiresAt(token: string): number | undefined {
  const exp = jwtExp(token);
  return typeof exp === "number" && isEpochSeconds(exp) ? exp * 1000 : undefined;
}

/**
 * Reads for whom a JWT says it is. Nothing is verified.
 *
 * @returns `undefined` if it is no JWT; an empty list if it is one that names nobody.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3 RFC 7519 §4.1.3}
 */
export function jwtAudience(token: string): readonly string[] | undefined {
  const claims = jwtClaims(token);
  if (claims === undefined) return undefined;
  const named: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  return named.filter((name) => typeof name === "string");
}

/** Whom a JWT says it is about, and who acts on that one's behalf. */
export interface JwtParties {
  /** Claim `sub`. */
  readonly subject: string | undefined;
  /** Claim `act`; absent if nobody acts, or none that is an object is named. Those who acted before are not told. */
  readonly actor?: { readonly subject: string | undefined };
}

/**
 * Reads whom a JWT says it is about, and who acts for them now. Nothing is verified.
 *
 * @returns `undefined` if it is no JWT.
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

/** Reads the raw `exp` of what may be a JWT, `undefined` if it is none or has none. */
export function jwtExp(token: string): unknown {
  return jwtClaims(token)?.exp;
}

function jwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // An opaque token: nothing can be read from it, which is no error.
  }
}

/** Tells a plausible instant in seconds from garbage and from milliseconds. */
export function isEpochSeconds(seconds: number): boolean {
  // 1e11 seconds are the year 5138; 1e11 milliseconds were 1973.
  return Number.isFinite(seconds) && seconds >= 0 && seconds < 1e11;
}
