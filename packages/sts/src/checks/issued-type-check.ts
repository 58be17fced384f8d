import { type AccessToken, TokenError, type TokenRequest } from "@agent-oauth/core";
import { emitMismatch, type ResponseCheckOptions } from "./response-policy.ts";

/** What was asked for: the type, and the audience and resource that the event names. */
export interface TypedRequest extends Pick<TokenRequest, "audience" | "resource"> {
  readonly requestedTokenType: string | undefined;
}

/**
 * Checks that the response of an exchange says what was issued, and that this is what was asked for.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` if it does not and the policy is `"error"`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1 RFC 8693 §2.2.1}
 */
export function checkIssuedType(
  { issuedTokenType }: AccessToken,
  { requestedTokenType, ...target }: TypedRequest,
  options: ResponseCheckOptions,
): void {
  const violation = violationOf(issuedTokenType, requestedTokenType);
  if (violation === undefined) return;
  emitMismatch({ type: "issued-type-mismatch" }, target, options);
  if (options.policy === "event") return;
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use the response of the STS: ${violation}; the option "issuedTypeMismatch" can allow it`,
    { status: 200 },
  );
}

function violationOf(issued: string | undefined, requested: string | undefined) {
  if (issued === undefined) {
    return 'the response has no "issued_token_type", which RFC 8693 requires';
  }
  if (requested === undefined || issued === requested) return undefined;
  // Another text may be anything, a secret too.
  const shown = /^urn:ietf:params:oauth:token-type:[\w-]{1,40}$/.test(issued)
    ? JSON.stringify(issued)
    : "another type";
  return `the STS issued ${shown}, not ${JSON.stringify(requested)} as asked`;
}
