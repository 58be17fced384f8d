import { TokenError } from "@agent-oauth/core";
import {
  type Attempt,
  type Deadline,
  withinDeadline,
  withRetries,
} from "@agent-oauth/core/internal";
import { boundFetch } from "./bound-fetch.ts";
import type { ClientCertificate } from "./client-certificate.ts";
import { Connections, closedError } from "./connections.ts";
import { attemptRequest, type HttpAttempt } from "./http-attempt.ts";
import { type CheckedHttpOptions, checkHttpOptions, type HttpOptions } from "./http-options.ts";

/** HTTP requests over connections that present one client certificate, or none. It knows no endpoint and no grant. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #connections: Connections;
  readonly #closing = new AbortController();
  /** A fetch over the same connections, without retries and without a limit of time. */
  readonly fetch: typeof globalThis.fetch;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#connections = new Connections(options);
    this.fetch = boundFetch(this.#connections);
  }

  /** Runs work within its limit of time. An abort of the signal, or `close`, ends it too, with that reason. */
  within<T>(timed: TimedWork, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const { failed, signal, timeoutMs = this.#options.timeoutMs } = timed;
    const limit = `no answer within ${timeoutMs} ms; the option "timeoutMs" sets the limit`;
    const { timeoutReason = () => new TokenError("ERR_TOKEN_TIMEOUT", `${failed}: ${limit}`) } =
      timed;
    const signals = [this.#closing.signal, signal];
    return withinDeadline({ timeoutMs, clock, timeoutReason, signals }, work);
  }

  /** Sends one request, once, and reads its response. */
  attempt<T>(attempt: HttpAttempt<T>): Promise<Attempt<T>> {
    const { clock, maxResponseBytes } = this.#options;
    return attemptRequest(attempt, { connections: this.#connections, clock, maxResponseBytes });
  }

  /** Repeats an attempt that failed, at most twice, where the server allows it and the deadline leaves time. */
  retry<T>(
    attempt: () => Promise<Attempt<T>>,
    options: { readonly deadline: Deadline; readonly isIdempotent: boolean },
  ): Promise<T> {
    const { random, sleep } = this.#options;
    return withRetries(attempt, { ...options, random, sleep });
  }

  /** Ends work under way with `ERR_TOKEN_CLOSED`, and all connections. */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await this.#connections.close();
  }
}

/** How requests are sent, and which certificate is presented. */
export interface HttpClientOptions extends CheckedHttpOptions {
  readonly certificate: ClientCertificate | undefined;
}

/** What is done within a limit of time. */
export interface TimedWork {
  /** Begins the message of the timeout: "Cannot get an access token from …". */
  readonly failed: string;
  readonly signal?: AbortSignal | undefined;
  /** Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Makes the reason that ends the work when the time is over. Default: `ERR_TOKEN_TIMEOUT`. */
  readonly timeoutReason?: () => Error;
}

/**
 * Makes a client for requests that present no client certificate: for a service that is not an authorization server.
 *
 * @param doing completes "Cannot …".
 * @throws TypeError or RangeError naming the option that is wrong.
 */
export function createHttpClient(options: HttpOptions, doing: string): HttpClient {
  return new HttpClient({ ...checkHttpOptions(options, doing), certificate: undefined });
}
