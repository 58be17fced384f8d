import { type BearerChallenge, redactedCause, TokenError } from "@agent-oauth/core";
import {
  connectionFailure,
  jsonRpcErrorIn,
  shownName,
  transportErrorCode,
  transportReason,
} from "@agent-oauth/core/internal";
import { ProtocolError } from "@modelcontextprotocol/client";
import { narrowScope, requirements, stepUpFailure } from "./step-up.ts";

/**
 * Describes in our own words why a server could not be used. Text of the server is left out, because errors reach logs and
 * models; only JSON-RPC errors, which are responses of the tool, and a TokenError pass unchanged.
 *
 * @param doing completes "Cannot …"
 * @param challenge of the response, if it had one.
 */
export function mcpFailure(error: unknown, doing: string, challenge?: BearerChallenge): unknown {
  const own = [error, fields(error).cause].find((candidate) => TokenError.isInstance(candidate));
  if (own !== undefined) return own;
  const status = httpStatus(error);
  if (status !== undefined) {
    const failure = refusal(error, { doing, status, challenge });
    return failure.code === "ERR_TOKEN_HTTP" ? (writtenError(error, failure) ?? failure) : failure;
  }
  const { code, name, cause } = fields(error);
  // The SDK asks for the revision before anything else. Why that failed is in the cause.
  if (code === "ERA_NEGOTIATION_FAILED" && cause instanceof Error) {
    return mcpFailure(cause, doing, challenge);
  }
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
      `Cannot ${doing}: ${transportReason(found)}${found.advice ?? (found.kind === "refused" ? CERTIFICATE_ADVICE : "")}`,
      { cause: redactedCause(found.error) },
    );
  }
  const lost = lostConnection(error);
  if (lost !== undefined) {
    const cause = redactedCause(lost);
    const { code: why } = fields(cause);
    const reason =
      why === "CONNECTION_CLOSED"
        ? "the server's response ended before the result came"
        : `the server cannot be reached${typeof why === "string" ? ` (${why})` : ""}`;
    return new TokenError("ERR_TOKEN_NETWORK", `Cannot ${doing}: ${reason}`, { cause });
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
  ["CLIENT_HTTP_UNEXPECTED_CONTENT", "the server's response is not one to the request"],
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

/** Returns the body of the response whose HTTP status an MCP client reports. */
export function responseText(error: unknown): string | undefined {
  const { text } = fields(fields(error).data);
  return typeof text === "string" ? text : undefined;
}

/** Tells whether this is an error that the server answered in JSON-RPC: all other codes of the MCP SDK are texts. */
export function isJsonRpcError(error: unknown): error is Error {
  // An AbortError has a number, too.
  if (!(error instanceof Error) || error instanceof DOMException) return false;
  return typeof fields(error).code === "number";
}

/** Servers and gateways write JSON-RPC errors under statuses, too. Code and message say more than the status, which is the cause. */
function writtenError(error: unknown, cause: TokenError): Error | undefined {
  const written = jsonRpcErrorIn(responseText(error));
  if (written === undefined || !Number.isInteger(written.code)) return undefined;
  const { code, message, data } = written;
  return bounded(Object.assign(ProtocolError.fromError(Number(code), message, data), { cause }));
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

interface HttpRefusal {
  readonly doing: string;
  readonly status: number;
  readonly challenge: BearerChallenge | undefined;
}

function refusal(error: unknown, { doing, status, challenge }: HttpRefusal): TokenError {
  const stepUp = stepUpFailure(challenge, { doing, status });
  if (stepUp !== undefined) return stepUp;
  if (status === 401) {
    return new TokenError(
      "ERR_TOKEN_REJECTED",
      `Cannot ${doing}: the server refused the access token and the new one, too (401); check that it accepts this issuer and audience`,
      { status, ...requirements(challenge) },
    );
  }
  const { name, requiredScope } = fields(error);
  if (name === "InsufficientScopeError") {
    return new TokenError("ERR_TOKEN_OAUTH", `Cannot ${doing}: ${narrowScope(requiredScope)}`, {
      status,
      oauthError: "insufficient_scope",
    });
  }
  return new TokenError("ERR_TOKEN_HTTP", `Cannot ${doing}: the server answered ${status}`, {
    status,
    ...requirements(challenge),
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
  readonly data?: unknown;
  readonly text?: unknown;
  readonly requiredScope?: unknown;
}

function fields(error: unknown): Fields {
  return typeof error === "object" && error !== null ? error : {};
}
