import { TokenError } from "@agent-oauth/core";
import { jsonRpcErrorIn, namesSession, type Repetition } from "@agent-oauth/core/internal";
import { httpStatus, isJsonRpcError, responseText } from "./mcp-failure.ts";
import { neverConnected } from "./never-connected.ts";
import type { SessionCall } from "./session-call.ts";

/** Another session would mean another request. */
const TOO_MANY_REQUESTS = 429;

/** A call that failed. */
export interface FailedCall {
  readonly call: SessionCall;
  /** As the MCP SDK threw it. */
  readonly error: unknown;
  /** What the caller is to get. */
  readonly failure: unknown;
  /** Whether the server keeps a session for the client. */
  readonly hasSession: boolean;
}

/**
 * Tells whether a new session could mend what went wrong, and whether the call may then be made once more. Servers say in many
 * ways that they do not know a session any more: by a status, by silence, or by a response that is of no use. So a session is
 * kept only after a failure that shows that the session works, or that no session would help.
 *
 * @returns `undefined` if the session is kept.
 */
export function sessionLoss({
  call,
  error,
  failure,
  hasSession,
}: FailedCall): Repetition | undefined {
  const { refusal, toolRun } = call;
  const repeated = (when: Repetition) => (toolRun?.mayHaveRun === true ? "never" : when);
  if (refusal?.status === 400 || refusal?.status === 404) {
    // A 400 with a JSON-RPC error for the request mostly has another cause.
    return refusal.beforeWork || !isJsonRpcError(error) ? repeated("always") : undefined;
  }
  if (!hasSession) return undefined;
  if (refusal !== undefined && mayPresentAgain(call)) {
    // A server that refuses a session that was just opened would do so again.
    return repeated("unless-new");
  }
  if (refusal !== undefined) return "never";
  return call.failure === undefined && isDoubtful(error, failure) ? "never" : undefined;
}

/** After a 401 there may be no new token. The refused one is of use if only the session was at fault, and the source still has it. */
function mayPresentAgain({ failure }: SessionCall): boolean {
  if (failure === undefined) return true;
  return TokenError.isInstance(failure.error) && failure.error.code === "ERR_TOKEN_REJECTED";
}

/** Tells whether a failure leaves open that the server knows the session. */
function isDoubtful(error: unknown, failure: unknown): boolean {
  const status = httpStatus(error);
  // Some servers say so under 200. A tool may mean a session of its own, which then costs the next call a new one.
  if (isJsonRpcError(failure) && namesSession(failure.message)) return true;
  // The scope of the token is too narrow.
  if (TokenError.isInstance(failure) && failure.code === "ERR_TOKEN_OAUTH") return false;
  if (status !== undefined) return status !== TOO_MANY_REQUESTS && !isForRequest(error);
  // An `AbortSignal.timeout()` of the caller is a time limit like ours.
  if (failure instanceof DOMException) return failure.name === "TimeoutError";
  if (!TokenError.isInstance(failure)) return false;
  if (failure.code === "ERR_TOKEN_NETWORK") return !neverConnected(error);
  return failure.code === "ERR_TOKEN_TIMEOUT" || failure.code === "ERR_TOKEN_RESPONSE";
}

/** A JSON-RPC error with the id of a request is the response to it, whatever the status. */
function isForRequest(error: unknown): boolean {
  return typeof jsonRpcErrorIn(responseText(error))?.id === "number";
}
