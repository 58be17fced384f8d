import { redactedCause, TokenError, type TokenErrorCode } from "@agent-oauth/core";
import type { Attempt } from "@agent-oauth/core/internal";
import type { Connection } from "./connections.ts";

type Resend = "always" | "if-idempotent" | "never";
type Verdict = readonly [code: TokenErrorCode, resend: Resend, reason: string];

/**
 * Makes a typed failure of what fetch, or reading its body, rejected with.
 *
 * @throws any other error as it is: it comes from a mistake, not from the network.
 */
export function transportFailure(error: unknown, context: TransportContext): Attempt<never> {
  if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
  const { cause } = error;
  const code = codeOf(cause);
  const connecting =
    context.connection.observer.failedConnecting(cause) ||
    NOT_SENT.has(code) ||
    untrustedReason(code) !== undefined;
  const [tokenCode, resend, reason] = connecting
    ? whileConnecting(code, context)
    : afterSending(code, cause.name, context);
  const failure = new TokenError(tokenCode, `${context.failed}: ${reason}`, {
    cause: redactedCause(cause),
  });
  // What never left may go out again, whatever broke the connection.
  const isUnsent = resend === "if-idempotent" && !context.mayBeSent;
  return { failure, resend: isUnsent ? "always" : resend };
}

/** Where and how a request was made that failed without a response. */
export interface TransportContext {
  /** Begins the message: "Cannot get an access token from …". */
  readonly failed: string;
  readonly url: URL;
  readonly connection: Connection;
  /** Whether the server may have the request. */
  readonly mayBeSent: boolean;
}

/** A dispatcher of the caller's may put anything into it; OpenSSL's hold a slash: `ERR_SSL_SSL/TLS_ALERT_…`. */
function codeOf(cause: Error): string {
  const { code } = cause as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z\d_/]{0,79}$/.test(code) ? code : "";
}

/** Errors that only connecting has: with them nothing was sent, whoever made the dispatcher. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);

function whileConnecting(code: string, { url, connection }: TransportContext): Verdict {
  if (TIMEOUTS.has(code)) {
    return [
      "ERR_TOKEN_TIMEOUT",
      "always",
      'no connection within the limit; the option "connectTimeoutMs" sets it',
    ];
  }
  const untrusted = untrustedReason(code);
  if (untrusted !== undefined) return ["ERR_TOKEN_TLS", "never", untrusted];
  if (NO_TLS.has(code)) {
    return ["ERR_TOKEN_TLS", "never", "the server does not speak TLS there; check host and port"];
  }
  if (isTlsAlert(code)) {
    return ["ERR_TOKEN_TLS", "never", `the TLS handshake failed${certificateAdvice(connection)}`];
  }
  if (url.protocol === "https:" && code === "ECONNRESET") {
    return [
      "ERR_TOKEN_TLS",
      "always",
      `the server ended the TLS handshake${certificateAdvice(connection)}`,
    ];
  }
  return ["ERR_TOKEN_NETWORK", "always", unreachableReason(code)];
}

function afterSending(
  code: string,
  name: string,
  { url, connection, mayBeSent }: TransportContext,
): Verdict {
  if (isTlsAlert(code)) {
    return [
      "ERR_TOKEN_TLS",
      "never",
      `the server refused the TLS connection${certificateAdvice(connection)}`,
    ];
  }
  if (CLOSED.has(code) && connection.observer.mayRefuseCertificate(url)) {
    return [
      "ERR_TOKEN_TLS",
      "if-idempotent",
      `the server asked for a client certificate and closed the connection${certificateAdvice(connection)}`,
    ];
  }
  if (name === "HTTPParserError") {
    return ["ERR_TOKEN_RESPONSE", "never", "what the server sent is not HTTP; check host and port"];
  }
  if (TIMEOUTS.has(code) || code.endsWith("_TIMEOUT")) {
    return ["ERR_TOKEN_TIMEOUT", "if-idempotent", "the server did not answer in time"];
  }
  const before = mayBeSent ? "the whole response was there" : "the request was sent";
  return [
    "ERR_TOKEN_NETWORK",
    "if-idempotent",
    `the connection broke before ${before}${code === "" ? "" : ` (${code})`}`,
  ];
}

const NO_TLS = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);

function isTlsAlert(code: string): boolean {
  return code.startsWith("ERR_SSL_") || code === "EPROTO";
}

const CLOSED = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

function certificateAdvice({ pair }: Connection): string {
  return pair === undefined
    ? "; if it requires a client certificate, authenticate with tlsClientAuth"
    : "; check that the client certificate is issued by an authority the server trusts and is still valid";
}

const UNTRUSTED =
  /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;

function untrustedReason(code: string): string | undefined {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return "the server's certificate has expired";
    case "CERT_NOT_YET_VALID":
      return "the server's certificate is not valid yet; check the clock";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "the server's certificate is for another host; check the host of the URL";
  }
  if (!UNTRUSTED.test(code)) return undefined;
  return `the server's certificate is not trusted (${code}); if a private authority issued it, give that one's certificate in the option "ca"`;
}

function unreachableReason(code: string): string {
  if (code === "ENOTFOUND") return "its host is unknown (ENOTFOUND); check the URL";
  if (code === "ECONNREFUSED") return "nothing listens there (ECONNREFUSED); check host and port";
  return code === "" ? "no connection could be made" : `no connection could be made (${code})`;
}
