import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { TOKEN_TYPES } from "../oauth/token-types.ts";
import { type Confirmation, holdsToken, readConfirmation } from "../tokens/confirmation.ts";
import { isAccessToken, type PresentedToken, type TokenIssuers } from "../tokens/token-issuers.ts";

/** A token of a token exchange request. */
export interface TokenPresentation {
  readonly token: string;
  /** Its type, as the request names it. */
  readonly type: string;
  /** The client that sends it. */
  readonly clientId: string;
  readonly proven: Confirmation;
}

/**
 * Checks a subject or actor token: it must be valid, of the type that the request names, and sent
 * by the holder that it is bound to.
 *
 * @throws InvalidTokenError saying what is wrong with it.
 */
export async function verifyPresentedToken(
  presentation: TokenPresentation,
  issuers: TokenIssuers,
): Promise<PresentedToken> {
  const { token, type } = presentation;
  const isOfType = Object.hasOwn(TYPE_RULES, type) ? TYPE_RULES[type] : undefined;
  if (isOfType === undefined) throw new InvalidTokenError("token is of an unsupported type");
  const presented = await issuers.verify(token);
  if (!isOfType(presented))
    throw new InvalidTokenError("token is not of the type it is said to be");
  checkHolder(presented, presentation);
  return presented;
}

/** Other issuers choose the header `typ` of their access tokens freely. */
const TYPE_RULES: Readonly<Record<string, (token: PresentedToken) => boolean>> = {
  [TOKEN_TYPES.accessToken]: ({ kind, isOwn }) =>
    isAccessToken(kind) || kind === "opaque" || (kind === "jwt" && !isOwn),
  [TOKEN_TYPES.idToken]: ({ kind }) => kind === "jwt",
  [TOKEN_TYPES.jwt]: ({ kind }) => kind === "jwt" || isAccessToken(kind),
};

/** Only the holder can use a bound token: RFC 8705 §3 and RFC 9449 §7. */
function checkHolder({ claims, isOwn }: PresentedToken, holder: TokenPresentation): void {
  const bound = readConfirmation(claims);
  if (Object.keys(bound).length === 0) return;
  if (!holdsToken(bound, holder.proven)) {
    throw new InvalidTokenError("token is bound to a certificate or key that was not sent");
  }
  if (isOwn && claims.client_id !== holder.clientId) {
    throw new InvalidTokenError("token is bound to another client");
  }
}
