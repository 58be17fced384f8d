import { redactedCause, TokenError, type TokenErrorCode } from "@agent-oauth/core";
import {
  type Attempt,
  type ConnectionFailure,
  type ConnectionFailureKind,
  connectionFailure,
  noteConnectionVerdict,
  transportErrorCode,
  transportReason,
} from "@agent-oauth/core/internal";
import { purposeAdvice } from "./certificate-purpose.ts";
import type { Connection } from "./connections.ts";

type Resend = "always" | "if-idempotent" | "never";
type Found = Omit<ConnectionFailure, "error" | "advice">;
type Verdict = readonly [code: TokenErrorCode, resend: Resend, reason: string];

/**
 * Makes a typed failure of what fetch, or reading its body, rejected with.
 *
 * @throws any other error as it is: it comes from a mistake, not from the network.
 */
export function transportFailure(error: unknown, context: TransportContext): Attempt<never> {
  if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
  const { cause } = error;
  const found: Found = observed(cause, context);
  const connecting = context.connection.observer.failedConnecting(cause) || found.isUnsent;
  const [code, resend, reason] =
    verdictOfTls(found, context) ??
    (connecting ? whileConnecting(found) : afterSending(found, context));
  const failure = new TokenError(code, `${context.failed}: ${reason}`, {
    cause: redactedCause(cause),
  });
  // What never left may go out again, whatever broke the connection.
  const isUnsent = resend === "if-idempotent" && !context.mayBeSent;
  return { failure, resend: isUnsent ? "always" : resend };
}

/** Notes on what fetch rejected with what the connection knows of it. Whoever classifies the error later then sees the same. */
export function noteTransportFailure(error: unknown, context: ObservedContext): void {
  if (!(error instanceof TypeError && error.cause instanceof Error)) return;
  const { kind } = observed(error.cause, context);
  const advice =
    kind === "broken" ? unjudgedAdvice(context) : adviceOn({ kind }, context.connection);
  if (!OBSERVED.has(kind) && advice === "") return;
  noteConnectionVerdict(error.cause, { kind, advice });
}

const OBSERVED: ReadonlySet<ConnectionFailureKind> = new Set([
  "refused",
  "closed-on-certificate",
  "interrupted",
]);

/** Classifies a failure by the error and by what was seen of the connection. */
function observed(cause: Error, { url, connection }: ObservedContext): Found {
  const found = connectionFailure(cause) ?? UNKNOWN;
  if (found.kind !== "broken") return found;
  // Of an alert after the handshake, or of a server that ends the connection within it, the error says only that it ended.
  if (found.code !== undefined && connection.observer.certificateAt(url) === "refused") {
    return { ...found, kind: "closed-on-certificate" };
  }
  const isInterrupted = url.protocol === "https:" && connection.observer.failedConnecting(cause);
  return isInterrupted ? { ...found, kind: "interrupted", isUnsent: true } : found;
}

/** The connection that failed, and where it led. */
export type ObservedContext = Pick<TransportContext, "url" | "connection">;

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
  // The server may have closed the connection for another reason.
  const resend = found.kind === "closed-on-certificate" ? "if-idempotent" : "never";
  return [code, resend, `${transportReason(found)}${adviceOn(found, connection)}`];
}

function whileConnecting(found: Found): Verdict {
  const { kind, code } = found;
  if (kind === "timeout") {
    return [
      "ERR_TOKEN_TIMEOUT",
      "always",
      'no connection within the limit; the option "connectTimeoutMs" sets it',
    ];
  }
  const reason =
    kind === "broken"
      ? `the connection broke${shownCode(code)}; check that a server runs behind host and port`
      : transportReason(found);
  return ["ERR_TOKEN_NETWORK", "always", reason];
}

function afterSending({ kind, code }: Found, context: TransportContext): Verdict {
  if (kind === "timeout") {
    return ["ERR_TOKEN_TIMEOUT", "if-idempotent", "the server did not answer in time"];
  }
  const before = context.mayBeSent ? "the whole response was there" : "the request was sent";
  return [
    "ERR_TOKEN_NETWORK",
    "if-idempotent",
    `the connection broke before ${before}${shownCode(code)}${unjudgedAdvice(context)}`,
  ];
}

/** A server that died looks like one that refuses a certificate without a word, so a retry may help. */
function unjudgedAdvice({ connection, url }: ObservedContext): string {
  if (connection.observer.certificateAt(url) !== "unjudged") return "";
  const advice = certificateAdvice(connection).replace(/^; /, ", ");
  return `; the server had asked for a client certificate: if this goes on${advice}`;
}

function adviceOn({ kind }: Pick<Found, "kind">, connection: Connection): string {
  const isAboutCertificate = kind === "refused" || kind === "closed-on-certificate";
  return isAboutCertificate ? certificateAdvice(connection) : "";
}

function certificateAdvice({ pair }: Connection): string {
  return pair === undefined
    ? "; if it requires a client certificate, authenticate with tlsClientAuth"
    : `; check that the client certificate is issued by an authority the server trusts and is still valid${purposeAdvice(pair.certificate)}`;
}

function shownCode(code: string | undefined): string {
  return code === undefined ? "" : ` (${code})`;
}
