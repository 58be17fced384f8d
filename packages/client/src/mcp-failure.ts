import { redactedCause, TokenError } from "@agent-oauth/core";

/**
 * Says in our words why a server could not be used. What servers write is left behind, since it reaches logs and
 * models; only JSON-RPC errors, which are answers of the tool, pass as they are, and so does a TokenError.
 *
 * @param doing completes "Cannot …"
 */
export function mcpFailure(error: unknown, doing: string): unknown {
  const own = [error, fields(error).cause].find((candidate) => TokenError.isInstance(candidate));
  if (own !== undefined) return own;
  const status = httpStatus(error);
  if (status !== undefined) return refusal(error, { doing, status });
  const { code, name } = fields(error);
  if (typeof code === "number") return error;
  if (code === "REQUEST_TIMEOUT") {
    return new TokenError(
      "ERR_TOKEN_TIMEOUT",
      `Cannot ${doing}: the server did not answer in time`,
    );
  }
  const lost = connectionFailure(error);
  if (lost !== undefined) {
    const why = fields(lost).code;
    return new TokenError(
      "ERR_TOKEN_NETWORK",
      `Cannot ${doing}: the server cannot be reached${typeof why === "string" ? ` (${why})` : ""}`,
      { cause: redactedCause(lost) },
    );
  }
  const what = typeof code === "string" ? code : name;
  return new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot ${doing}: the server's answer is unusable (${JSON.stringify(what)})`,
    { cause: redactedCause(error) },
  );
}

/** The HTTP status that an MCP client reports, in the SDK's version 2 as `status`, in version 1 as `code`. */
export function httpStatus(error: unknown): number | undefined {
  const { status, code, name } = fields(error);
  if (name === "InsufficientScopeError") return 403;
  // Not `instanceof`: two copies of the SDK may be installed.
  const value = status ?? code;
  return typeof value === "number" && value >= 400 && value <= 599 ? value : undefined;
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
function connectionFailure(error: unknown): unknown {
  const { code, cause } = fields(error);
  if (error instanceof TypeError) return cause;
  if (cause instanceof TypeError) return connectionFailure(cause);
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
