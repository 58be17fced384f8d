/** How a server refused a JSON-RPC request. */
export interface Refusal {
  /** A new session may help after these two. */
  readonly status: 400 | 404;
  /** Whether it is certain that the server did no work: it did not know the session, or does not speak the revision. */
  readonly beforeWork: boolean;
}

/** A request that was refused with 400 or 404. */
export interface RefusedRequest {
  readonly status: 400 | 404;
  /** Whether the request named a session. */
  readonly hasSession: boolean;
  /** The JSON-RPC id of the request. */
  readonly id: unknown;
  /** The body of the response, if it was read. */
  readonly text: string | undefined;
}

/**
 * Tells whether a request was refused before any work. A 404 says so if the request named a session, a 400 if its body is a
 * JSON-RPC error whose cause is the session or the protocol revision.
 *
 * @see {@link https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#session-management MCP, session management}
 */
export function refusalOf({ status, hasSession, id, text }: RefusedRequest): Refusal {
  const beforeWork = status === 404 ? hasSession : isSessionError(jsonRpcError(text), id);
  return { status, beforeWork };
}

/** JSON-RPC code of revision 2026-07-28. */
const UNSUPPORTED_PROTOCOL_VERSION = -32022;

/**
 * An error with the id of the request may come from the tool, so only the one unambiguous code counts. An error with another
 * id comes from the transport, which has no code for this case: there the message decides.
 */
function isSessionError(error: JsonRpcError | undefined, id: unknown): boolean {
  if (error === undefined) return false;
  if (error.code === UNSUPPORTED_PROTOCOL_VERSION) return true;
  return error.id !== id && /session|protocol[ -]?version|not initialized/i.test(error.message);
}

interface JsonRpcError {
  readonly id: unknown;
  readonly code: unknown;
  readonly message: string;
}

function jsonRpcError(text: string | undefined): JsonRpcError | undefined {
  const response = fields(parsed(text));
  const { code, message } = fields(response.error);
  if (response.jsonrpc !== "2.0" || typeof message !== "string") return undefined;
  return { id: response.id, code, message };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
