import { redactedCause, TokenError } from "@agent-oauth/core";
import {
  connectionFailure,
  shownName,
  transportErrorCode,
  transportReason,
} from "@agent-oauth/core/internal";

/**
 * Describes in our own words why a server could not be used. Text of the server is left out, because errors reach logs and
 * models; only JSON-RPC errors, which are responses of the tool, and a TokenError pass unchanged.
 *
 * @param doing completes "Cannot …"
 */
export function mcpFailure(error: unknown, doing: string): unknown {
  const own = [error, fields(error).cause].find((candidate) => TokenError.isInstance(candidate));
  if (own !== undefined) return own;
  const status = httpStatus(error);
  if (status !== undefined) return refusal(error, { doing, status });
  const { code, name } = fields(error);
  if (isJsonRpcError(error)) return bounded(error);
  if (code === "REQUEST_TIMEOUT") {
    return new TokenError(
      "ERR_TOKEN_TIMEOUT",
      `Cannot ${doing}: the server did not answer in time`,
    );
  }
  const found = connectionFailure(error);
  if (found !== undefined) {
    return new TokenError(
      transportErrorCode(found),
      `Cannot ${doing}: ${transportReason(found)}${found.kind === "refused" ? CERTIFICATE_ADVICE : ""}`,
      { cause: redactedCause(found.error) },
    );
  }
  const lost = lostConnection(error);
  if (lost !== undefined) {
    const cause = redactedCause(lost);
    const { code: why } = fields(cause);
    return new TokenError(
      "ERR_TOKEN_NETWORK",
      `Cannot ${doing}: the server cannot be reached${typeof why === "string" ? ` (${why})` : ""}`,
      { cause },
    );
  }
  const what = typeof code === "string" ? code : name;
  return new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot ${doing}: ${REASONS.get(what) ?? `the server's response is unusable (${shownName(String(what))})`}`,
    { cause: redactedCause(error) },
  );
}

const CERTIFICATE_ADVICE =
  "; check that the flow presents a client certificate that the server accepts";

/** What the codes of the MCP SDK say, where that helps. */
const REASONS = new Map<unknown, string>([
  ["LIST_PAGINATION_EXCEEDED", "the server's list has more than 64 pages"],
  ["UNSUPPORTED_RESULT_TYPE", "the server asks for input, which is not passed on"],
]);

/**
 * Returns the HTTP status that an MCP client reports. The code of a JSON-RPC error is not a status, whatever its value: the
 * server responded, and its response says nothing about the transport or the token.
 */
export function httpStatus(error: unknown): number | undefined {
  const { status, name } = fields(error);
  if (isJsonRpcError(error)) return undefined;
  // Not `instanceof`: two copies of the SDK may be installed.
  if (name === "InsufficientScopeError") return 403;
  const isStatus = typeof status === "number" && status >= 300 && status <= 599;
  return isStatus ? status : undefined;
}

/** Tells whether this is an error that the server answered in JSON-RPC: all other codes of the MCP SDK are texts. */
export function isJsonRpcError(error: unknown): error is Error {
  // An AbortError has a number, too.
  if (!(error instanceof Error) || error instanceof DOMException) return false;
  return typeof fields(error).code === "number";
}

/** Longer messages do not help people or models, and fill their logs. */
const MAX_MESSAGE_LENGTH = 2_000;

/** The server wrote the message. */
function bounded(error: Error): Error {
  const { message, stack } = error;
  if (message.length <= MAX_MESSAGE_LENGTH) return error;
  error.message = `${message.slice(0, MAX_MESSAGE_LENGTH)}…`;
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
  return error;
}

function refusal(error: unknown, { doing, status }: { doing: string; status: number }): TokenError {
  if (status === 401) {
    return new TokenError(
      "ERR_TOKEN_REJECTED",
      `Cannot ${doing}: the server refused the access token and the new one, too (401); check that it accepts this issuer and audience`,
      { status },
    );
  }
  const { name, requiredScope } = fields(error);
  if (name === "InsufficientScopeError") {
    const scope =
      typeof requiredScope === "string"
        ? `, ${JSON.stringify(requiredScope.slice(0, 200))} is needed`
        : "";
    return new TokenError(
      "ERR_TOKEN_OAUTH",
      `Cannot ${doing}: the scope of the access token is too narrow${scope}`,
      { status, oauthError: "insufficient_scope" },
    );
  }
  return new TokenError("ERR_TOKEN_HTTP", `Cannot ${doing}: the server answered ${status}`, {
    status,
  });
}

const CONNECTION_CODES = new Set<unknown>(["CONNECTION_CLOSED", "NOT_CONNECTED", "SEND_FAILED"]);

/** Every `fetch` reports a failed connection as a TypeError that has a cause; the SDK's negotiation wraps it. */
function lostConnection(error: unknown): unknown {
  const { code, cause } = fields(error);
  if (error instanceof TypeError) return cause;
  if (cause instanceof TypeError) return lostConnection(cause);
  return CONNECTION_CODES.has(code) ? error : undefined;
}

interface Fields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
  readonly requiredScope?: unknown;
}

function fields(error: unknown): Fields {
  return typeof error === "object" && error !== null ? error : {};
}
