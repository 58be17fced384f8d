import type { JWTPayload } from "jose";
import { ASYMMETRIC_ALGORITHMS, verifyJwt } from "../keys/jwt-verification.ts";
import { type TrustedIssuer, trustedKeys } from "../keys/trusted-issuer.ts";
import type { Clock } from "../time/clock.ts";
import { verifyAudience } from "./access-token-verification.ts";

/** Verifies the access tokens of one issuer. */
export interface AccessTokenVerifier {
  readonly issuer: string;
  /** @throws InvalidTokenError saying what is wrong with the token. */
  verify(
    token: string,
    options: { readonly audience: string | readonly string[] },
  ): Promise<JWTPayload>;
}

/** Creates the verifier of another issuer's access tokens. */
export function createForeignAccessTokens(
  trusted: TrustedIssuer,
  { clock, clockSkewMs }: { readonly clock: Clock; readonly clockSkewMs: number },
): AccessTokenVerifier {
  const { issuer } = trusted;
  const key = trustedKeys(trusted, clock);
  return {
    issuer,
    async verify(token, { audience }) {
      const claims = await verifyJwt(token, {
        issuer,
        key,
        clockSkewMs,
        nowMs: clock.now(),
        typ: "at+jwt",
        algorithms: ASYMMETRIC_ALGORITHMS,
        requiredClaims: ["iss", "exp", "aud", "sub"],
      });
      verifyAudience(claims, [trusted.audience ?? audience].flat());
      return claims;
    },
  };
}
