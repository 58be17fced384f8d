import { decodeProtectedHeader, type JWTPayload } from "jose";
import { InvalidTokenError, ownSignature, verifyJwt } from "../keys/jwt-verification.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { UsedAssertions } from "../keys/used-assertions.ts";
import { requiredParameter } from "../oauth/form.ts";
import { invalidGrant } from "../oauth/oauth-error.ts";
import type { Clock } from "../time/clock.ts";
import type { Grant } from "./grant.ts";

/** The rules for the lifetime and the use of assertions. */
export interface AssertionRules {
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
  /** Longest remaining lifetime of an assertion, in milliseconds; `undefined`: any. */
  readonly maxAssertionLifetimeMs: number | undefined;
  /** Whether an assertion can be used only once. */
  readonly refuseReusedAssertions: boolean;
  /** Whether an assertion must be for the issuer, and not for its token endpoint or the client. */
  readonly strictAudience: boolean;
}

/** The rules for assertions. */
export interface JwtBearerOptions extends AssertionRules {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly keys: SigningKeys;
}

/**
 * Creates the grant that turns a user's JWT into an access token.
 *
 * As IAS does, it accepts id tokens that were issued for the requesting client, and assertions that
 * are addressed to this server.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3}
 */
export function createJwtBearerGrant(options: JwtBearerOptions): Grant {
  const checkUse = createAssertionUse(options);
  return async ({ form, client }) => {
    const assertion = requiredParameter(form, "assertion");
    const { issuer, tokenEndpoint, strictAudience } = options;
    const audience = strictAudience ? [issuer] : [client.clientId, issuer, tokenEndpoint];
    const claims = await verifyAssertion(assertion, { ...options, audience });
    const notAfter = claims.exp * 1000;
    checkUse(assertion, notAfter);
    return {
      subject: claims.sub,
      claims: userClaims(claims),
      notAfter,
      defaultFormat: "opaque",
      withIdToken: true,
    };
  };
}

/**
 * Returns a function that refuses a valid assertion with a lifetime that is too long, or one that
 * was used before.
 */
export function createAssertionUse(
  rules: AssertionRules,
): (assertion: string, notAfter: number) => void {
  const { clock, maxAssertionLifetimeMs = Number.POSITIVE_INFINITY } = rules;
  const used = new UsedAssertions();
  return (assertion, notAfter) => {
    const now = clock.now();
    if (notAfter - now > maxAssertionLifetimeMs) {
      throw invalidGrant("the assertion is valid for too long");
    }
    if (rules.refuseReusedAssertions && !used.use(assertion, { notAfter, now })) {
      throw invalidGrant("the assertion was used before");
    }
  };
}

async function verifyAssertion(
  assertion: string,
  { keys, issuer, audience, clock, clockSkewMs }: JwtBearerOptions & { audience: string[] },
): Promise<JWTPayload & { sub: string; exp: number }> {
  try {
    const payload = await verifyJwt(assertion, {
      label: "the assertion",
      issuer,
      audience,
      clockSkewMs,
      nowMs: clock.now(),
      ...ownSignature(keys),
      requiredClaims: ["iss", "sub", "aud", "exp"],
    });
    if (decodeProtectedHeader(assertion).typ?.toLowerCase().endsWith("at+jwt")) {
      throw invalidGrant("an access token is not an assertion");
    }
    const { sub, exp } = payload;
    if (typeof sub !== "string" || sub === "" || exp === undefined) {
      throw invalidGrant("the assertion has a bad sub");
    }
    return { ...payload, sub, exp };
  } catch (error) {
    throw error instanceof InvalidTokenError ? invalidGrant(error.message) : error;
  }
}

function userClaims(assertion: JWTPayload): JWTPayload {
  const { sub, user_uuid = sub } = assertion;
  return { sap_id_type: "user", user_uuid, scim_id: user_uuid };
}
