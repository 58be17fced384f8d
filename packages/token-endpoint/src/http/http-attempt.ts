import { boundedText, type Clock, TokenError } from "@agent-oauth/core";
import { fetch as undiciFetch } from "undici";
import { shownUrl } from "../options/secure-url.ts";
import type { Connections } from "./connections.ts";
import type { Attempt } from "./retry.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { transportFailure } from "./transport-error.ts";
import { watchWriting } from "./write-watch.ts";

/** What all exchanges of one endpoint share. */
export interface Wire {
  readonly connections: Connections;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
}

/** One request, and how its answer is read. */
export interface ExchangeOptions<T> {
  readonly wire: Wire;
  /** What it is for, for messages: "get an access token from". */
  readonly action: string;
  readonly url: URL;
  /** Makes the request with the fetch it is given. */
  readonly request: (fetch: typeof globalThis.fetch) => Promise<Response>;
  /** Makes the value of the answer; a TokenError it throws is the attempt's failure. */
  readonly read: (answer: Answer) => T | Promise<T>;
}

/** An answer whose body was read within the limit. */
export interface Answer {
  /** Begins messages about it: "Cannot get an access token from …". */
  readonly failed: string;
  readonly status: number;
  readonly contentType: string;
  /** `undefined` if it is longer than the limit. */
  readonly text: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** When the request was sent, in epoch milliseconds. */
  readonly sentAt: number;
  /** Of the certificate that the connection presented. */
  readonly thumbprint: string | undefined;
}

/** Makes one attempt: one request on connections of one certificate, and its answer. */
export async function exchange<T>(options: ExchangeOptions<T>): Promise<Attempt<T>> {
  const { wire, action, url } = options;
  const failed = `Cannot ${action} ${shownUrl(url)}`;
  return wire.connections.use(async (connection) => {
    const writing = watchWriting(connection.dispatcher);
    let sentAt = 0;
    const fetch = (target: string, init: object) => {
      sentAt = wire.clock.now();
      return undiciFetch(target, {
        ...init,
        redirect: "manual",
        dispatcher: writing.dispatcher,
      });
    };
    try {
      const response = await options.request(fetch as unknown as typeof globalThis.fetch);
      connection.witness.answered(url);
      const { status, headers } = response;
      return await readAnswer(options, {
        failed,
        status,
        sentAt,
        contentType: headers.get("content-type") ?? "",
        text: await boundedText(response.body, wire.maxResponseBytes),
        retryAfterMs: parseRetryAfter(headers.get("retry-after"), wire.clock.now()),
        thumbprint: connection.pair?.thumbprint,
      });
    } catch (error) {
      // A dispatcher of the caller's may read a body long before, or long after, it sends one.
      const mayBeSent = !connection.isOwn || writing.mayHaveWritten();
      return transportFailure(error, { failed, url, connection, mayBeSent });
    }
  });
}

async function readAnswer<T>(options: ExchangeOptions<T>, answer: Answer): Promise<Attempt<T>> {
  try {
    return { value: await options.read(answer) };
  } catch (error) {
    if (!TokenError.isInstance(error)) throw error;
    return { failure: error, resend: resendAfter(error) };
  }
}

/** These two say that a request was turned away: nothing was done about it (RFC 6585 §4, RFC 9110 §15.6.4). */
function resendAfter({ retryable, status, retryAfterMs }: TokenError) {
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return "always";
  return retryable ? "if-repeatable" : "never";
}
