import { type CryptoKey, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { OAuthError } from "../oauth/oauth-error.ts";
import { type SigningKeys, signingAlgorithms } from "./signing-keys.ts";

/** A token is invalid; the message contains no part of it. */
export class InvalidTokenError extends Error {
  override readonly name = "InvalidTokenError";
}

/** The requirements for a JWT. */
export interface JwtRules {
  /** The name of the JWT in messages. Default `token`. */
  readonly label?: string;
  readonly issuer: string;
  /** One of these must be in `aud`. Default: any audience. */
  readonly audience?: readonly string[];
  /** Header `typ`. Default: any. */
  readonly typ?: string;
  readonly requiredClaims: readonly string[];
  /** Finds the key a token is signed with, or throws. */
  readonly key: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  readonly nowMs: number;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
}

/** Signature algorithms with a public key, which other issuers may use. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];

/**
 * Checks a JWT: type, signature, issuer, audience, lifetime, and that it has all claims it needs.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3 RFC 8725 §3}
 */
export async function verifyJwt(token: string, rules: JwtRules): Promise<JWTPayload> {
  const { label = "token", issuer, audience, typ } = rules;
  try {
    const { payload } = await jwtVerify(token, rules.key, {
      algorithms: [...rules.algorithms],
      issuer,
      ...(audience !== undefined && { audience: [...audience] }),
      ...(typ !== undefined && { typ }),
      requiredClaims: [...rules.requiredClaims],
      currentDate: new Date(rules.nowMs),
      clockTolerance: rules.clockSkewMs / 1000,
    });
    return payload;
  } catch (error) {
    // The keys of the issuer cannot be read: this says nothing about the token.
    if (error instanceof OAuthError) throw error;
    throw new InvalidTokenError(`${label} ${reasonOf(error)}`);
  }
}

/** Returns the rules for tokens that this server signed itself. */
export function ownSignature(
  keys: Pick<SigningKeys, "find">,
): Pick<JwtRules, "key" | "algorithms"> {
  const key = ({ kid = "", alg }: { kid?: string; alg?: string }): CryptoKey => {
    const found = keys.find(kid);
    if (found === undefined) throw new errors.JWKSNoMatchingKey();
    if (found.algorithm !== alg) throw new errors.JOSEAlgNotAllowed();
    return found.publicKey;
  };
  return { key, algorithms: signingAlgorithms };
}

/** Describes an error of jose in our own words: its messages may quote claims. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `has a bad ${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "has a bad signature";
  if (error instanceof errors.JOSEAlgNotAllowed) return "has a bad algorithm";
  if (error instanceof errors.JWKSNoMatchingKey) return "is signed by an unknown key";
  return "is malformed";
}
