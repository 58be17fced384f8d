import { type JsonRpcError, jsonRpcErrorIn } from "./json-rpc-error.ts";

/** How a server refused a JSON-RPC request. */
export interface Refusal {
  /** A new session may help after these. */
  readonly status: RefusalStatus;
  /** Whether it is certain that the server did no work: it did not know the session, or does not speak the revision. */
  readonly beforeWork: boolean;
}

/** The statuses by which servers refuse a session that they do not know. The specification wants 404. */
export type RefusalStatus = 400 | 401 | 403 | 404;

/** Tells whether a status may refuse a session. */
export function isRefusalStatus(status: number): status is RefusalStatus {
  return status === 400 || status === 401 || status === 403 || status === 404;
}

/** A request that was refused. */
export interface RefusedRequest {
  readonly status: RefusalStatus;
  /** Whether the request named a session. */
  readonly hasSession: boolean;
  /** The JSON-RPC id of the request. */
  readonly id: unknown;
  /** The body of the response, if it was read. */
  readonly text: string | undefined;
}

/**
 * Tells whether a request was refused before any work. A 401 says so, a 404 if the request named a session, and a 400 if its
 * body is a JSON-RPC error whose cause is the session or the protocol revision.
 *
 * @see {@link https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#session-management MCP, session management}
 */
export function refusalOf({ status, hasSession, id, text }: RefusedRequest): Refusal {
  if (status === 400) return { status, beforeWork: isSessionError(jsonRpcErrorIn(text), id) };
  return { status, beforeWork: status === 401 || (status === 404 && hasSession) };
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
  return error.id !== id && namesSession(error.message);
}

/** Tells whether the message of a JSON-RPC error names the session, or what a session was opened with. */
export function namesSession(message: string): boolean {
  return /session|protocol[ -]?version|not initialized/i.test(message);
}
