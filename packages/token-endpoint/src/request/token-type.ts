/** Decides whether what was issued may be sent as a bearer token. */
import { type AccessToken, TokenError } from "@agent-oauth/core";
import { isBearerType, keptSecretType } from "@agent-oauth/core/internal";
import { quoteServerText } from "../server-text/server-text.ts";

/** What a token response says of its token. */
export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: string;
  readonly issued_token_type?: string | null | undefined;
}

/** What the types are read with. */
export interface TokenTypeContext {
  /** Begins the message: "Cannot get an access token from …". */
  readonly failed: string;
  /** Values of `token_type` that mean Bearer too. */
  readonly bearerTypes: readonly string[];
}

/**
 * Returns the type of the token that was issued.
 *
 * @throws TokenError `ERR_TOKEN_TYPE_UNSUPPORTED` if it is neither a bearer token nor marked as no access token, or if it is a
 * kind of token that no API may see.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-7.1 RFC 6749 §7.1}
 */
export function supportedType(
  { access_token, token_type, issued_token_type }: IssuedToken,
  { failed, bearerTypes }: TokenTypeContext,
): AccessToken["tokenType"] {
  const unsupported = (reason: string) =>
    new TokenError("ERR_TOKEN_TYPE_UNSUPPORTED", `${failed}: ${reason}`, { status: 200 });
  // Only token exchange issues what is not an access token (RFC 8693 §2.2.1).
  if (token_type.toLowerCase() === "n_a" && issued_token_type != null) return "N_A";
  if (!isBearerType(token_type, bearerTypes)) {
    const shown = NAME.test(token_type) && quoteServerText(token_type, [access_token]);
    throw unsupported(
      `the response's "token_type" is ${shown || "another one"}, not "Bearer"; have the server issue bearer tokens to this client, or if it means the same, name it in the option "bearerTokenTypes"`,
    );
  }
  const kind = keptSecretType(issued_token_type);
  if (kind === undefined) return "Bearer";
  throw unsupported(
    `the server issued a ${kind} as a bearer token, which an API must not get; ask for an access token`,
  );
}

/** Another text may be anything, a token too. */
const NAME = /^[A-Za-z][A-Za-z_ -]{0,31}$/;
