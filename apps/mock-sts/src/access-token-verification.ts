import { errors, type JWTPayload, jwtVerify } from "jose";
import { type SigningKeys, signingAlgorithm } from "./signing-keys.ts";

/** An access token was refused; the message names no part of it. */
export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

/**
 * Checks type, signature, issuer and lifetime of an access token that is a JWT.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068, section 4}
 */
export async function verifyAccessTokenJwt(
  token: string,
  context: {
    issuer: string;
    keys: SigningKeys;
    nowMs: number;
    clockSkewMs: number;
    typ?: string;
  },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid = "" }) => {
        const key = context.keys.publicKey(kid);
        if (key === undefined) throw new InvalidTokenError("token is signed by an unknown key");
        return key;
      },
      {
        algorithms: [signingAlgorithm],
        typ: context.typ ?? "at+jwt",
        issuer: context.issuer,
        requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
        currentDate: new Date(context.nowMs),
        clockTolerance: context.clockSkewMs / 1000,
      },
    );
    return payload;
  } catch (error) {
    throw error instanceof InvalidTokenError ? error : new InvalidTokenError(reasonOf(error));
  }
}

/** Says what jose found in our words: its messages may quote claims. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `token has a bad ${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "token has a bad signature";
  if (error instanceof errors.JOSEAlgNotAllowed) return "token has a bad algorithm";
  return "token is malformed";
}

/**
 * Checks what holds for every access token, opaque or not: its end and its audience.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 */
export function verifyClaims(
  claims: JWTPayload,
  expected: { audience: string; nowMs: number; clockSkewMs: number },
): void {
  if ((claims.exp ?? 0) * 1000 + expected.clockSkewMs <= expected.nowMs) {
    throw new InvalidTokenError("token has expired");
  }
  if (![claims.aud].flat().includes(expected.audience)) {
    throw new InvalidTokenError("token is for another audience");
  }
}
