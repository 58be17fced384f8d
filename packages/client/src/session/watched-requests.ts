import { type BearerChallenge, parseChallenge } from "@agent-oauth/core";
import {
  boundedText,
  isRefusalStatus,
  type RefusalStatus,
  refusalOf,
} from "@agent-oauth/core/internal";
import { neverConnected } from "./never-connected.ts";
import type { SentMessage, SessionCall } from "./session-call.ts";
import { isStepUp } from "./step-up.ts";

/** A refusal needs no longer body than this: 64 KiB. */
const MAX_REFUSAL_BYTES = 65_536;

/**
 * Makes a fetch that records the outcome of each JSON-RPC request of a call. Only this outcome decides whether a tool is called
 * again, whatever a server writes into a JSON-RPC error. A request is not sent once its call is over.
 */
export function watchedRequests(
  fetch: typeof globalThis.fetch,
  sending: () => SentMessage | undefined,
): typeof globalThis.fetch {
  return async (input, init) => {
    const sent = sending();
    if (sent?.method === undefined || init?.method !== "POST") return fetch(input, init);
    const { call, method, id } = sent;
    call.signal.throwIfAborted();
    if (call.isOver) throw new Error("Cannot send the request: its call is over");
    call.refusal = undefined;
    call.challenge = undefined;
    const toolRun = method === "tools/call" ? call.toolRun : undefined;
    toolRun?.begin();
    try {
      const response = await fetch(input, init);
      if (response.ok) return response;
      const { status } = response;
      if (status === 401 || status === 403) call.challenge = parseChallenge(response);
      if (isRefusal(status, call.challenge)) toolRun?.refused();
      // What the token lacks is no matter of the session.
      if (!isRefusalStatus(status) || isStepUp(status, call.challenge)) return response;
      return await noted(response, { call, status, id, headers: new Headers(init.headers) });
    } catch (error) {
      if (neverConnected(error)) toolRun?.refused();
      throw error;
    }
  };
}

/** Tells whether the server refused the request before any work: it wants another token, or another URL. */
function isRefusal(status: number, challenge: BearerChallenge | undefined): boolean {
  if (status === 403) return isStepUp(status, challenge);
  return status === 401 || status === 307 || status === 308;
}

interface Refused {
  readonly call: SessionCall;
  readonly status: RefusalStatus;
  readonly id: unknown;
  readonly headers: Headers;
}

/** Records a refusal, and returns the response with its body unread. Only the body of a 400 says what the refusal is about. */
async function noted(
  response: Response,
  { call, status, id, headers }: Refused,
): Promise<Response> {
  const text = status === 400 ? await boundedText(response.body, MAX_REFUSAL_BYTES) : undefined;
  const hasSession = headers.has("mcp-session-id");
  call.refusal = refusalOf({ status, hasSession, id, text });
  if (call.refusal.beforeWork) call.toolRun?.refused();
  if (status !== 400) return response;
  return new Response(text ?? null, { status, headers: response.headers });
}
