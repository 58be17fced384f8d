import { redactedCause, TokenError, type TokenErrorCode } from "@agent-oauth/core";
import {
  type Attempt,
  type ConnectionFailure,
  connectionFailure,
  transportErrorCode,
  transportReason,
} from "@agent-oauth/core/internal";
import { purposeAdvice } from "./certificate-purpose.ts";
import type { Connection } from "./connections.ts";

type Resend = "always" | "if-idempotent" | "never";
type Found = Omit<ConnectionFailure, "error">;
type Verdict = readonly [code: TokenErrorCode, resend: Resend, reason: string];

/**
 * Makes a typed failure of what fetch, or reading its body, rejected with.
 *
 * @throws any other error as it is: it comes from a mistake, not from the network.
 */
export function transportFailure(error: unknown, context: TransportContext): Attempt<never> {
  if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
  const { cause } = error;
  const found: Found = connectionFailure(cause) ?? UNKNOWN;
  const connecting = context.connection.observer.failedConnecting(cause) || found.isUnsent;
  const [code, resend, reason] =
    verdictOfTls(found, context) ??
    certificateRefused(found, context) ??
    (connecting ? whileConnecting(found, context) : afterSending(found, context));
  const failure = new TokenError(code, `${context.failed}: ${reason}`, {
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

/** An error that says nothing of itself still ended the request. */
const UNKNOWN: Found = { kind: "broken", code: undefined, isUnsent: false };

function verdictOfTls(found: Found, { connection }: TransportContext): Verdict | undefined {
  const code = transportErrorCode(found);
  if (code !== "ERR_TOKEN_TLS" && code !== "ERR_TOKEN_RESPONSE") return undefined;
  const advice = found.kind === "refused" ? certificateAdvice(connection) : "";
  return [code, "never", `${transportReason(found)}${advice}`];
}

/** Of an alert after the handshake, or of a server that ends the connection within it, the error says only that it ended. */
function certificateRefused(
  { kind, code }: Found,
  { url, connection }: TransportContext,
): Verdict | undefined {
  if (kind !== "broken" || code === undefined) return undefined;
  if (connection.observer.certificateAt(url) !== "refused") return undefined;
  const advice = certificateAdvice(connection);
  const reason = `the server asked for a client certificate and closed the connection${advice}`;
  return ["ERR_TOKEN_TLS", "if-idempotent", reason];
}

function whileConnecting(found: Found, { url }: TransportContext): Verdict {
  const { kind, code } = found;
  if (kind === "timeout") {
    return [
      "ERR_TOKEN_TIMEOUT",
      "always",
      'no connection within the limit; the option "connectTimeoutMs" sets it',
    ];
  }
  // A load balancer without a server behind it does so: it says nothing of a certificate.
  const where = url.protocol === "https:" ? " in the TLS handshake" : "";
  const reason =
    kind === "unreachable"
      ? transportReason(found)
      : `the connection broke${where}${shownCode(code)}; check that a server runs behind host and port`;
  return ["ERR_TOKEN_NETWORK", "always", reason];
}

function afterSending({ kind, code }: Found, context: TransportContext): Verdict {
  const { mayBeSent, connection, url } = context;
  if (kind === "timeout") {
    return ["ERR_TOKEN_TIMEOUT", "if-idempotent", "the server did not answer in time"];
  }
  const before = mayBeSent ? "the whole response was there" : "the request was sent";
  // A server that died looks the same, so a retry may help.
  const isUnjudged = connection.observer.certificateAt(url) === "unjudged";
  const advice = isUnjudged
    ? `; the server had asked for a client certificate: if this goes on${certificateAdvice(connection).replace(/^; /, ", ")}`
    : "";
  return [
    "ERR_TOKEN_NETWORK",
    "if-idempotent",
    `the connection broke before ${before}${shownCode(code)}${advice}`,
  ];
}

function certificateAdvice({ pair }: Connection): string {
  return pair === undefined
    ? "; if it requires a client certificate, authenticate with tlsClientAuth"
    : `; check that the client certificate is issued by an authority the server trusts and is still valid${purposeAdvice(pair.certificate)}`;
}

function shownCode(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
