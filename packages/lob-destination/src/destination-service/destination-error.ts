import { TokenError, type TokenErrorCode } from "@agent-oauth/core";
import { retoldError } from "@agent-oauth/core/internal";
import type { DestinationResponse } from "./destination-response.ts";
import { errorMessageOf, quoted } from "./error-message.ts";

/** Says what a response other than 200 means and what to do about it. */
export function refusal(response: DestinationResponse, context: RefusalContext): TokenError {
  const { status, retryAfterMs, body } = response;
  const { doing, secrets, notFound } = context;
  const said = errorMessageOf(body);
  const failed = (code: TokenErrorCode, reason: string) =>
    new TokenError(code, `Cannot ${doing}: ${reason}`, { status, retryAfterMs });
  if (status === 401) {
    return failed(
      "ERR_TOKEN_REJECTED",
      "the Destination Service refused the service token and the new one, too (401); check that the binding is one of its instances",
    );
  }
  // Other servers, and routers without a server behind them, respond with 404 too, but in other words.
  if (status === 404 && said === undefined) {
    return failed(
      "ERR_TOKEN_CONFIG",
      'what answered 404 is not the Destination Service; check "uri" of the binding',
    );
  }
  const what = `the Destination Service answered ${status}${said === undefined ? "" : quoted(said, secrets)}`;
  if (status === 404) return failed(notFound.code, `${what}; ${notFound.advice}`);
  return failed("ERR_TOKEN_HTTP", `${what}; ${advice(status)}`);
}

/** What the error of a refusal says in addition to the response. */
export interface RefusalContext {
  /** Completes "Cannot …". */
  readonly doing: string;
  /** What was sent and must not appear in a message. */
  readonly secrets: readonly string[];
  /** What a 404 of the Destination Service itself means. */
  readonly notFound: { readonly code: TokenErrorCode; readonly advice: string };
}

/** The same failure, told as a failure of the whole task. */
export function named(error: TokenError, doing: string): TokenError {
  return retoldError(error, `Cannot ${doing}: ${error.message.replace(/^Cannot /, "cannot ")}`);
}

function advice(status: number): string {
  if (status === 408 || status === 429 || status >= 500) return "try again later";
  if (status >= 300 && status < 400) {
    return 'redirects are not followed: give the final URL as "uri" of the binding';
  }
  if (status === 403)
    return "the tenant may have ended its subscription; if not, check the binding";
  if (status === 422) return "it takes service tokens of XSUAA only";
  return "check the binding, the destination and its fragments";
}
