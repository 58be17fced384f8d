import { TokenError } from "@agent-oauth/core";
import { isRegisteredErrorCode } from "../server-text/oauth-error-codes.ts";
import { quoteServerText } from "../server-text/server-text.ts";

/** What is needed of an error response to make an error of it. */
export interface ErrorResponse {
  /** Begins the message: "Cannot get an access token from …". */
  readonly failed: string;
  readonly status: number;
  /** The JSON object of the body, if it is one. */
  readonly body: object | undefined;
  readonly retryAfterMs: number | undefined;
  /** Names the endpoint: "token endpoint". */
  readonly label: string;
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly string[];
}

/**
 * Makes the error that says what an error response means, and what to do about it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export function errorResponse(response: ErrorResponse): TokenError {
  const { failed, status, retryAfterMs, label } = response;
  const fields = { ...response.body } as Record<string, unknown>;
  if (typeof fields.error !== "string") {
    const reason = `the server answered ${status} without an OAuth error; ${statusAdvice(status, label)}`;
    return new TokenError("ERR_TOKEN_HTTP", `${failed}: ${reason}`, { status, retryAfterMs });
  }
  const secrets = [...response.secrets, ...tokensIn(fields)];
  const oauthError = errorCode(fields.error, secrets);
  const description =
    typeof fields.error_description === "string"
      ? quoteServerText(fields.error_description, secrets)
      : undefined;
  const reason = [
    `the server answered ${status} ${oauthError ?? "with an unknown error"}`,
    description && `: ${description}`,
    oauthError && ADVICE.has(oauthError) && `; ${ADVICE.get(oauthError)}`,
  ];
  return new TokenError("ERR_TOKEN_OAUTH", `${failed}: ${reason.filter(Boolean).join("")}`, {
    status,
    oauthError,
    retryAfterMs,
  });
}

const ADVICE = new Map([
  [
    "invalid_client",
    'check "clientId" and how the client authenticates: method, secret or certificate',
  ],
  ["invalid_grant", "the assertion may be expired, used already or not meant for this client"],
  ["unauthorized_client", "have the server allow this grant to the client"],
  ["unsupported_grant_type", "the server does not know this grant"],
  ["invalid_scope", "ask for scope that the client may have"],
  ["invalid_target", "ask for a resource or audience that the client may use"],
]);

/** Codes are short lower-case names; what looks otherwise may be anything and is not repeated. */
function errorCode(code: string, secrets: readonly string[]): string | undefined {
  if (isRegisteredErrorCode(code)) return code;
  if (!/^[a-z][a-z_]{2,63}$/.test(code)) return undefined;
  return quoteServerText(code, secrets) === undefined ? undefined : code;
}

/** Other members of the response that must not be shown. */
function tokensIn(body: Record<string, unknown>): string[] {
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === "string" && SECRET_MEMBER.test(name) ? [value] : [],
  );
}

const SECRET_MEMBER = /token$|secret|assertion|password|^(?:device_|user_)?code$/i;

function statusAdvice(status: number, label: string): string {
  if (status >= 300 && status < 400) return "redirects are not followed: give the final URL";
  if (status === 401 || status === 403) return "check how the client authenticates";
  if (status === 404 || status === 405) return "check the path of the URL";
  if (status === 408 || status === 429 || status >= 500) return "try again later";
  return `check that the URL is a ${label}`;
}
