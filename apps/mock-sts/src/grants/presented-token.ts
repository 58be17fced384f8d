import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { TOKEN_TYPES } from "../oauth/token-types.ts";
import { type Confirmation, holdsToken, readConfirmation } from "../tokens/confirmation.ts";
import { isAccessToken, type PresentedToken, type TokenIssuers } from "../tokens/token-issuers.ts";

/** A token of a token exchange request. */
export interface TokenPresentation {
  readonly token: string;
  /** What the request says it is. */
  readonly type: string;
  /** The client that sends it, and what it proves beside. */
  readonly clientId: string;
  readonly proven: Confirmation;
}

/**
 * Checks a subject or actor token: that it is good, of the type the request says, and held by whom
 * it is bound to.
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

/** Others than this mock leave the header `typ` of their access tokens as they like. */
const TYPE_RULES: Readonly<Record<string, (token: PresentedToken) => boolean>> = {
  [TOKEN_TYPES.accessToken]: ({ kind, isOwn }) =>
    isAccessToken(kind) || kind === "opaque" || (kind === "jwt" && !isOwn),
  [TOKEN_TYPES.idToken]: ({ kind }) => kind === "jwt",
  [TOKEN_TYPES.jwt]: ({ kind }) => kind === "jwt" || isAccessToken(kind),
};

/** A bound token is of use to its holder only: RFC 8705, section 3, and RFC 9449, section 7. */
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
