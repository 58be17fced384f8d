import { type BearerBinding, bindBearer, parseChallenge } from "@agent-oauth/core";
import { dropBody } from "@agent-oauth/core/internal";
import { ResponseBudget, type ResponseLimits } from "../response/response-budget.ts";
import { boundedResponses, isEventStream } from "./bounded-responses.ts";
import type { SentMessage } from "./session-call.ts";
import type { SessionTokenSource } from "./session-token-source.ts";
import { isStepUp } from "./step-up.ts";
import { watchedRequests } from "./watched-requests.ts";

/** How long the response to a message outside of a call may be, such as the end of the session: 64 KiB. */
const WITHOUT_CALL: ResponseLimits = { maxBytes: 65_536, bytesName: "to a message" };

/** How the requests of a session are sent. */
export interface SessionFetchOptions {
  readonly tokens: SessionTokenSource;
  readonly endpoint: URL;
  /** What sends. */
  readonly fetch: typeof globalThis.fetch;
  readonly allowInsecureHosts: readonly string[];
  /** Ends the request that ends the session. */
  readonly ending: AbortSignal;
}

/**
 * Makes the fetch of a session's transport. It presents the token of the call that a request belongs to, renews the token once
 * after a 401, and bounds the response.
 */
export function sessionFetch(options: SessionFetchOptions): typeof globalThis.fetch {
  const { tokens, endpoint, fetch, allowInsecureHosts, ending } = options;
  const current = () => tokens.sending;
  const binding = bindBearer(tokens, { resource: endpoint, allowInsecureHosts });
  const watched = watchedRequests(fetch, () => tokens.sending);
  const presented = withToken(watched, { tokens, binding, endpoint });
  const without = () => new ResponseBudget(WITHOUT_CALL, "use an MCP session");
  const bounded = boundedResponses(presented, { current, without });
  const resumed = async (sent: SentMessage, ...request: Parameters<typeof fetch>) => {
    const response = await bounded(...request);
    if (isFinal(response)) sent.giveUp?.();
    return response;
  };
  return (input, init) => {
    // The transport's signal is aborted by then if the SDK failed to open the session.
    if (init?.method === "DELETE") return bounded(input, { ...init, signal: ending });
    if (init?.method !== "GET") return bounded(input, init);
    const sent = current();
    if (sent === undefined || !resumes(init, sent)) {
      return Promise.resolve(new Response(null, { status: 405 }));
    }
    return resumed(sent, input, init);
  };
}

const LAST_EVENT_ID = "last-event-id";

/**
 * Tells whether a GET resumes a response that is still awaited. Any other GET would open a stream for messages that belong to no
 * call. The client does not listen to them, and every server that closes such streams would cost a request each time.
 *
 * The SDK forgets the last event when a resumed stream ends before the next one. The response is resumed after that event again.
 */
function resumes(init: RequestInit, sent: SentMessage): boolean {
  if (sent.call.isOver) return false;
  const headers = new Headers(init.headers);
  const lastEventId = headers.get(LAST_EVENT_ID) ?? sent.lastEventId;
  if (lastEventId === undefined) return false;
  sent.lastEventId = lastEventId;
  sent.resumes = (sent.resumes ?? 0) + 1;
  headers.set(LAST_EVENT_ID, lastEventId);
  init.headers = headers;
  return true;
}

/** Tells whether a server that was asked to resume a response will not do so later, either. */
function isFinal(response: Response): boolean {
  const { status, ok } = response;
  if (ok) return !isEventStream(response);
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

interface PresentOptions {
  readonly tokens: SessionTokenSource;
  readonly binding: BearerBinding;
  /** Always covered by the binding: most requests go here, and need no look at their origin. */
  readonly endpoint: URL;
}

/**
 * Presents tokens as `bearerFetch` does, for the transport of the MCP SDK alone. The transport makes new headers for each
 * request, so they need no copy. It sends only texts, which can be sent twice, and it follows redirects itself.
 */
function withToken(
  send: typeof globalThis.fetch,
  { tokens, binding, endpoint }: PresentOptions,
): typeof globalThis.fetch {
  /** Sets the header, or leaves it out if the call goes without a token. */
  const present = async (headers: Headers, signal: AbortSignal | undefined) => {
    try {
      const bearer = await binding.begin(signal);
      headers.set("authorization", bearer.authorization);
      return bearer;
    } catch (error) {
      if (!tokens.isMissing(error)) throw error;
      headers.delete("authorization");
      return undefined;
    }
  };
  return async (input, given = {}) => {
    const url = input instanceof URL ? input : new URL(String(input));
    const headers = given.headers instanceof Headers ? given.headers : new Headers(given.headers);
    // The transport has one signal for all calls. A message that is not a request, such as the notice of a cancelled call,
    // outlives its call.
    const sent = tokens.sending;
    const signal = (sent?.method === undefined ? given.signal : sent.call.signal) ?? undefined;
    const init: RequestInit = { ...given, headers, redirect: "manual", signal: signal ?? null };
    if (url !== endpoint && !binding.covers(url.origin)) {
      // The transport sends the same headers again when it follows a redirect.
      headers.delete("authorization");
      return send(url.href, init);
    }
    const bearer = await present(headers, signal);
    const response = await send(url.href, init);
    if (response.status !== 401 || isStepUp(401, parseChallenge(response))) return response;
    dropBody(response.body);
    try {
      const next = await (bearer === undefined ? binding.begin(signal) : bearer.renew(url));
      headers.set("authorization", next.authorization);
    } catch (error) {
      if (!signal?.aborted) sent?.call.note(error);
      throw error;
    }
    return send(url.href, init);
  };
}
