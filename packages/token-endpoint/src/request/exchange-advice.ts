/** What to do about a refused token exchange. */
import { shownName } from "@agent-oauth/core/internal";

/** The tokens of an exchange. */
export interface RefusedExchange {
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  readonly hasActor: boolean;
}

const JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt";
const ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";
/** Signed: three parts. Encrypted: five, of which the second is empty where the key is agreed on (RFC 7516 §3.1). */
const JWT = /^[\w-]+\.(?:[\w-]+\.[\w-]*|[\w-]*(?:\.[\w-]+){3})$/;

/** Tells whether a token has the form of a signed or encrypted JWT. */
export function looksLikeJwt(token: string): boolean {
  return JWT.test(token);
}

/**
 * Says what may be wrong with the tokens of an exchange. Servers refuse expired tokens and wrong types with one code.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 RFC 8693 §2.2.2}
 */
export function exchangeAdvice(exchange: RefusedExchange): string {
  const { subjectToken, subjectTokenType, hasActor } = exchange;
  if (subjectTokenType === JWT_TYPE && !looksLikeJwt(subjectToken)) {
    return `the subject token is not a JWT, but is sent as one: give "subjectTokenType", such as ${ACCESS_TOKEN_TYPE}`;
  }
  const tokens = hasActor ? "the subject token and the actor token are" : "the subject token is";
  const types = hasActor ? '"subjectTokenType" and the actor\'s type' : '"subjectTokenType"';
  return `check that ${tokens} not expired and meant for this client, and that the server takes ${types} (the subject's is ${shownName(subjectTokenType)})`;
}
