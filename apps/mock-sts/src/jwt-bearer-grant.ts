import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "./clock.ts";
import { digest } from "./fingerprint.ts";
import type { Grant } from "./grant.ts";
import { OAuthError } from "./oauth-error.ts";
import { type SigningKeys, signingAlgorithm } from "./signing-keys.ts";

/** What assertions are judged by. */
export interface JwtBearerOptions {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
  /** Longest time an assertion may still be valid for, in milliseconds; `undefined`: any. */
  readonly maxAssertionLifetimeMs: number | undefined;
  /** Whether an assertion works once only. */
  readonly refuseReusedAssertions: boolean;
}

/**
 * Creates the grant that turns a user's JWT into an access token.
 *
 * As IAS does, it takes an id token that was issued for the requesting client, beside assertions
 * addressed to this server.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523, section 3}
 */
export function createJwtBearerGrant(options: JwtBearerOptions): Grant {
  /** SHA-256 to end of validity (epoch milliseconds) of the assertions used. */
  const used = new Map<string, number>();
  return async ({ form, client }) => {
    const assertion = form.get("assertion");
    if (assertion === undefined) {
      throw new OAuthError("invalid_request", "the parameter assertion is missing");
    }
    const audience = [client.clientId, options.issuer, options.tokenEndpoint];
    const claims = await verifyAssertion(assertion, { ...options, audience });
    const notAfter = claims.exp * 1000;
    checkLifetime(notAfter, options);
    if (options.refuseReusedAssertions) {
      useOnce(used, { assertion, notAfter, now: options.clock.now() });
    }
    return {
      subject: claims.sub,
      claims: userClaims(claims),
      notAfter,
      defaultFormat: "opaque",
      withIdToken: true,
    };
  };
}

async function verifyAssertion(
  assertion: string,
  { keys, issuer, audience, clock, clockSkewMs }: JwtBearerOptions & { audience: string[] },
): Promise<JWTPayload & { sub: string; exp: number }> {
  try {
    if (decodeProtectedHeader(assertion).typ?.toLowerCase().endsWith("at+jwt")) {
      throw invalidGrant("an access token is not an assertion");
    }
    const { payload } = await jwtVerify(
      assertion,
      ({ kid = "" }) => {
        const key = keys.publicKey(kid);
        if (key === undefined) throw invalidGrant("the assertion is signed by an unknown key");
        return key;
      },
      {
        algorithms: [signingAlgorithm],
        issuer,
        audience,
        requiredClaims: ["iss", "sub", "aud", "exp"],
        currentDate: new Date(clock.now()),
        clockTolerance: clockSkewMs / 1000,
      },
    );
    const { sub, exp } = payload;
    if (typeof sub !== "string" || sub === "" || exp === undefined) {
      throw invalidGrant("the assertion has a bad sub");
    }
    return { ...payload, sub, exp };
  } catch (error) {
    throw error instanceof OAuthError ? error : invalidGrant(reasonOf(error));
  }
}

function checkLifetime(notAfter: number, options: JwtBearerOptions): void {
  const { clock, maxAssertionLifetimeMs = Number.POSITIVE_INFINITY } = options;
  if (notAfter - clock.now() > maxAssertionLifetimeMs) {
    throw invalidGrant("the assertion is valid for too long");
  }
}

function useOnce(
  used: Map<string, number>,
  { assertion, notAfter, now }: { assertion: string; notAfter: number; now: number },
): void {
  for (const [mark, end] of used) if (end < now) used.delete(mark);
  const mark = digest(assertion);
  if (used.has(mark)) throw invalidGrant("the assertion was used before");
  used.set(mark, notAfter);
}

function userClaims(assertion: JWTPayload): JWTPayload {
  const { sub, user_uuid = sub } = assertion;
  return { sap_id_type: "user", user_uuid, scim_id: user_uuid };
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "the assertion has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `the assertion has a bad ${error.claim}`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "the assertion has a bad signature";
  }
  return "the assertion is not a JWT this server accepts";
}

function invalidGrant(description: string): OAuthError {
  return new OAuthError("invalid_grant", description);
}
