import { TokenError } from "@agent-oauth/core";
import { isRegisteredErrorCode } from "@agent-oauth/core/internal";
import type { HttpResponse } from "../http/http-attempt.ts";
import { quoteServerText } from "../server-text/server-text.ts";
import type { SentRequest } from "./authenticated-post.ts";
import { bodyKind } from "./body-kind.ts";
import { errorExplanation } from "./error-explanation.ts";
import { passedOnMembers } from "./passed-on-members.ts";
import { statusAdvice } from "./status-advice.ts";

/** What is needed of an error response to make an error of it. */
export interface ErrorResponse
  extends Pick<HttpResponse, "failed" | "status" | "text" | "contentType" | "retryAfterMs">,
    SentRequest {
  /** The JSON object of the body, if it is one. */
  readonly body: object | undefined;
  /** Names the endpoint: "token endpoint". */
  readonly label: string;
}

/**
 * Makes the error that says what an error response means, and what to do about it. What stands in `error` is an OAuth error
 * only if it is a code: frameworks and APIs put texts and objects there.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export function errorResponse(response: ErrorResponse): TokenError {
  const fields = { ...response.body } as Record<string, unknown>;
  const secrets = [...response.secrets, ...tokensIn(fields)];
  const { error } = fields;
  return typeof error === "string" && CODE.test(error)
    ? oauthError(response, { code: error, fields, secrets })
    : httpError(response, {
        // Beside a success, what stands there may be a token.
        explanation: response.status < 300 ? undefined : errorExplanation(fields),
        secrets,
      });
}

function oauthError(
  { failed, status, retryAfterMs, advise }: ErrorResponse,
  said: {
    readonly code: string;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly secrets: readonly string[];
  },
): TokenError {
  const { code, fields, secrets } = said;
  const { error_description: description } = fields;
  // An unregistered code may be anything, a part of a secret too.
  const isShown = isRegisteredErrorCode(code) || quoteServerText(code, secrets) !== undefined;
  const reason = [
    `the server answered ${status} ${isShown ? code : "with an unknown error"}`,
    quotation(typeof description === "string" ? description : undefined, secrets),
    advised((isShown ? advise(code) : undefined) ?? statusAdvice(status)),
  ];
  return new TokenError("ERR_TOKEN_OAUTH", `${failed}: ${reason.join("")}`, {
    status,
    oauthError: isShown ? code : undefined,
    retryAfterMs,
    ...passedOnMembers(fields, secrets),
  });
}

function httpError(
  response: ErrorResponse,
  said: { readonly explanation: string | undefined; readonly secrets: readonly string[] },
): TokenError {
  const { failed, status, retryAfterMs, label, body } = response;
  const { explanation, secrets } = said;
  const kind = body === undefined ? bodyKind(response) : "empty";
  const reason = [
    `the server answered ${status} without an OAuth error`,
    NAMED_KINDS.has(kind) ? ` (the response is ${kind})` : "",
    quotation(explanation, secrets),
    advised(statusAdvice(status) ?? `check that the URL is a ${label}`),
  ];
  // With a success, it is not the status that is wrong.
  const code = status < 300 ? "ERR_TOKEN_RESPONSE" : "ERR_TOKEN_HTTP";
  return new TokenError(code, `${failed}: ${reason.join("")}`, { status, retryAfterMs });
}

const NAMED_KINDS: ReadonlySet<string> = new Set(["HTML", "XML", "form-encoded"]);

function quotation(text: string | undefined, secrets: readonly string[]): string {
  const quoted = text && quoteServerText(text, secrets);
  return quoted ? `: ${quoted}` : "";
}

function advised(advice: string | undefined): string {
  return advice === undefined ? "" : `; ${advice}`;
}

/** Codes are short lower-case names; what looks otherwise is a text. */
const CODE = /^[a-z][a-z_]{2,63}$/;

/** Other members of the response that must not be shown. */
function tokensIn(body: Record<string, unknown>): string[] {
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === "string" && SECRET_MEMBER.test(name) ? [value] : [],
  );
}

const SECRET_MEMBER = /token$|secret|assertion|password|^(?:device_|user_)?code$/i;
