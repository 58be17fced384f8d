import type { JWTPayload } from "jose";

/** Claims that the mock decides: its servers could not verify tokens with others. */
const OWN_CLAIMS = [
  "iss",
  "sub",
  "aud",
  "client_id",
  "azp",
  "iat",
  "nbf",
  "exp",
  "jti",
  "scope",
  "cnf",
  "act",
];

/**
 * Checks the further claims of a client's access tokens; absent means none.
 *
 * @throws TypeError naming the claim, beginning with `start`.
 */
export function checkClientClaims(claims: JWTPayload | undefined, start: string): JWTPayload {
  if (claims === undefined) return {};
  const own = Object.keys(claims).find((name) => OWN_CLAIMS.includes(name));
  if (own === undefined) return claims;
  throw new TypeError(`${start} "claims" cannot hold ${own}: the mock decides it for each token`);
}
