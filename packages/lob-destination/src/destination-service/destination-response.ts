import type { Attempt } from "@agent-oauth/core/internal";
import type { HttpClient } from "@agent-oauth/token-endpoint/internal";

/** A response of the Destination Service, its body read. */
export interface DestinationResponse {
  readonly status: number;
  /** The JSON value of the body, `undefined` if it is none or too long. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
  /** When the request was sent, in epoch milliseconds. */
  readonly sentAt: number;
}

/** One `GET` at the Destination Service. */
export interface DestinationGet {
  readonly http: Pick<HttpClient, "attempt">;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Completes "Cannot …". */
  readonly doing: string;
  /** Throws the TokenError of a response that is not usable. */
  readonly check: (response: DestinationResponse) => void;
}

/** Sends a request once. Redirects are not followed. */
export function attemptDestinationGet(
  request: DestinationGet,
): Promise<Attempt<DestinationResponse>> {
  const { http, headers, signal, doing, check } = request;
  const url = new URL(request.url);
  return http.attempt({
    url,
    failed: `Cannot ${doing}: cannot reach ${url.origin}`,
    send: (fetch) =>
      fetch(url.href, { headers: { ...headers, accept: "application/json" }, signal }),
    read: ({ status, text, retryAfterMs, sentAt }) => {
      const response = { status, body: jsonOf(text ?? ""), retryAfterMs, sentAt };
      check(response);
      return response;
    },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The parser's message quotes the text.
  }
}
