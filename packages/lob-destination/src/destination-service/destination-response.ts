import { type Clock, redactedCause, TokenError } from "@agent-oauth/core";
import { boundedText } from "@agent-oauth/core/internal";
import { parseRetryAfter } from "@agent-oauth/token-endpoint/internal";

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
  readonly fetch: typeof globalThis.fetch;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/** Lists of fragments are short: a longer body (1 MiB) is not one. */
const MAX_BYTES = 1_048_576;

/**
 * Sends a request once. Redirects are not followed.
 *
 * @throws TokenError `ERR_TOKEN_NETWORK`, `ERR_TOKEN_TLS` or `ERR_TOKEN_TIMEOUT` if there is no response.
 */
export async function getDestinationResponse(
  request: DestinationGet,
): Promise<DestinationResponse> {
  const { fetch, url, headers, signal, clock } = request;
  const sentAt = clock.now();
  try {
    const response = await fetch(url, {
      headers: { ...headers, accept: "application/json" },
      redirect: "manual",
      signal,
    });
    return {
      status: response.status,
      sentAt,
      body: jsonOf((await boundedText(response.body, MAX_BYTES)) ?? ""),
      retryAfterMs: parseRetryAfter(response.headers.get("retry-after"), clock.now()),
    };
  } catch (error) {
    throw signal.aborted ? signal.reason : transportError(error, request);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The parser's message quotes the text.
  }
}

const TLS =
  /^(?:ERR_SSL_|ERR_TLS_|EPROTO|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|INVALID_CA)/;

/** A fetch reports a failed connection as a TypeError that has a cause; any other error is a mistake. */
function transportError(error: unknown, { url, doing }: DestinationGet): unknown {
  if (!(error instanceof TypeError && error.cause instanceof Error)) return error;
  const code = String((error.cause as { code?: unknown }).code ?? "");
  const { origin } = new URL(url);
  const [tokenCode, reason] = TLS.test(code)
    ? (["ERR_TOKEN_TLS", "makes no TLS connection that can be trusted"] as const)
    : /TIMEOUT|ETIMEDOUT/.test(code)
      ? (["ERR_TOKEN_TIMEOUT", "did not answer in time"] as const)
      : (["ERR_TOKEN_NETWORK", "cannot be reached"] as const);
  const shown = code === "" ? "" : ` (${code})`;
  return new TokenError(tokenCode, `Cannot ${doing}: ${origin} ${reason}${shown}`, {
    cause: redactedCause(error.cause),
  });
}
