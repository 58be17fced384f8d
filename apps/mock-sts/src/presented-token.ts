import type { X509Certificate } from "node:crypto";
import { certificateThumbprint } from "./fingerprint.ts";
import { InvalidTokenError } from "./jwt-verification.ts";
import { isAccessToken, type PresentedToken, type TokenIssuers } from "./token-issuers.ts";
import { tokenTypes } from "./token-types.ts";

/** A token of a token exchange request. */
export interface TokenPresentation {
  readonly token: string;
  /** What the request says it is. */
  readonly type: string;
  /** The certificate of the connection it came over. */
  readonly certificate: X509Certificate | undefined;
}

/**
 * Checks a subject or actor token: that it is good, of the type the request says, and held by whom
 * it is bound to.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 */
export async function verifyPresentedToken(
  { token, type, certificate }: TokenPresentation,
  issuers: TokenIssuers,
): Promise<PresentedToken> {
  const isOfType = Object.hasOwn(typeRules, type) ? typeRules[type] : undefined;
  if (isOfType === undefined) throw new InvalidTokenError("token is of an unsupported type");
  const presented = await issuers.verify(token);
  if (!isOfType(presented))
    throw new InvalidTokenError("token is not of the type it is said to be");
  checkHolder(presented, certificate);
  return presented;
}

/** Others than this mock leave the header `typ` of their access tokens as they like. */
const typeRules: Readonly<Record<string, (token: PresentedToken) => boolean>> = {
  [tokenTypes.accessToken]: ({ kind, isOwn }) =>
    isAccessToken(kind) || kind === "opaque" || (kind === "jwt" && !isOwn),
  [tokenTypes.idToken]: ({ kind }) => kind === "jwt",
  [tokenTypes.jwt]: ({ kind }) => kind === "jwt" || isAccessToken(kind),
};

/** A token bound to a certificate is of use to its holder only: RFC 8705, section 3. */
function checkHolder({ claims }: PresentedToken, certificate: X509Certificate | undefined): void {
  const bound = (claims.cnf as { "x5t#S256"?: unknown } | undefined)?.["x5t#S256"];
  if (bound === undefined) return;
  if (certificate === undefined || certificateThumbprint(certificate.raw) !== bound) {
    throw new InvalidTokenError("token is bound to a certificate that was not sent");
  }
}
