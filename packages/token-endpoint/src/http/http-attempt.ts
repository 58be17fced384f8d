import { type Clock, TokenError } from "@agent-oauth/core";
import { type Attempt, boundedText, parseRetryAfter } from "@agent-oauth/core/internal";
import { fetch as undiciFetch } from "undici";
import type { Connections } from "./connections.ts";
import { transportFailure } from "./transport-error.ts";
import { watchWriting } from "./write-watch.ts";

/** A response whose body was read within the limit. */
export interface HttpResponse {
  /** Begins messages about it: "Cannot get an access token from …". */
  readonly failed: string;
  readonly status: number;
  readonly contentType: string;
  /** `undefined` if it is longer than `maxBytes`. */
  readonly text: string | undefined;
  readonly maxBytes: number;
  readonly retryAfterMs: number | undefined;
  /** When the request was sent, in epoch milliseconds. */
  readonly sentAt: number;
  /** Of the certificate that the connection presented. */
  readonly thumbprint: string | undefined;
}

/** Sends one request, once, on connections of one certificate, and reads its response. */
export async function attemptRequest<T>(
  attempt: HttpAttempt<T>,
  { connections, maxResponseBytes, clock }: HttpAttemptContext,
): Promise<Attempt<T>> {
  const { url, failed } = attempt;
  return connections.use(async (connection) => {
    const writing = watchWriting(connection.dispatcher);
    let sentAt = 0;
    const fetch = (target: string, init: object) => {
      sentAt = clock.now();
      return undiciFetch(target, {
        ...init,
        redirect: "manual",
        dispatcher: writing.dispatcher,
      });
    };
    try {
      const response = await attempt.send(fetch as unknown as typeof globalThis.fetch);
      connection.observer.responded(url);
      const { status, headers } = response;
      return await readResponse(attempt, {
        failed,
        status,
        sentAt,
        contentType: headers.get("content-type") ?? "",
        text: await boundedText(response.body, maxResponseBytes),
        maxBytes: maxResponseBytes,
        retryAfterMs: parseRetryAfter(headers.get("retry-after"), clock.now()),
        thumbprint: connection.pair?.thumbprint,
      });
    } catch (error) {
      // A dispatcher of the caller's may read a body long before, or long after, it sends one.
      const mayBeSent = !connection.isOwn || writing.mayHaveWritten();
      return transportFailure(error, { failed, url, connection, mayBeSent });
    }
  });
}

/** One request, and how its response is read. */
export interface HttpAttempt<T> {
  readonly url: URL;
  /** Begins the messages: "Cannot get an access token from …". */
  readonly failed: string;
  /** Makes the request with the fetch it is given. */
  readonly send: (fetch: typeof globalThis.fetch) => Promise<Response>;
  /** Makes the value of the response; a TokenError it throws is the attempt's failure. */
  readonly read: (response: HttpResponse) => T | Promise<T>;
}

/** What all attempts of one client share. */
export interface HttpAttemptContext {
  readonly connections: Connections;
  /** Longest response read, decompressed, in bytes. */
  readonly maxResponseBytes: number;
  readonly clock: Clock;
}

async function readResponse<T>(
  attempt: HttpAttempt<T>,
  response: HttpResponse,
): Promise<Attempt<T>> {
  try {
    return { value: await attempt.read(response) };
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error;
    return { failure: error, resend: resendAfter(error) };
  }
}

/** These two say that a request was turned away: nothing was done about it (RFC 6585 §4, RFC 9110 §15.6.4). */
function resendAfter({ retryable, status, retryAfterMs }: TokenError) {
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return "always";
  return retryable ? "if-idempotent" : "never";
}
