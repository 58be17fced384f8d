/** The one classification of failed connections: every package that judges an error of the network asks here. */
import { errorChain, foreignMember } from "./foreign-error.ts";

/** How a connection failed. */
export type ConnectionFailureKind =
  /** There was no connection: name resolution, routing, nothing listens. */
  | "unreachable"
  /** The connection ended too early. */
  | "broken"
  | "timeout"
  /** We do not trust the server's certificate. */
  | "untrusted"
  /** The server said by a TLS alert that it does not accept the client's certificate, or wants one. */
  | "refused"
  /** The server asked for a client certificate, and then closed the connection. */
  | "closed-on-certificate"
  /** The connection ended in the TLS handshake. */
  | "interrupted"
  /** The server does not speak TLS. */
  | "no-tls"
  /** Server and client could not agree on TLS. */
  | "handshake"
  /** The server does not speak HTTP. */
  | "no-http";

/** A failure of the network or of TLS, as the first error of a chain of causes that is one tells it. */
export interface ConnectionFailure {
  readonly kind: ConnectionFailureKind;
  /** Such as `ECONNRESET`: matches a pattern, so it cannot hold a secret. */
  readonly code: string | undefined;
  /** Whether the code alone proves that nothing was sent. */
  readonly isUnsent: boolean;
  /** The error that says so. */
  readonly error: Error;
  /** What to do about it, as far as only the one knows who connected. Follows the reason; may be empty. */
  readonly advice: string | undefined;
}

const VERDICT = Symbol.for("@agent-oauth/connectionVerdict");

/** What an error does not tell of itself, but the one knows who connected. */
export type ConnectionVerdict = Pick<ConnectionFailure, "kind" | "advice">;

/** Notes on an error how a connection failed, for whoever classifies the error later. Nothing is noted on a frozen error. */
export function noteConnectionVerdict(error: Error, verdict: ConnectionVerdict): void {
  Reflect.defineProperty(error, VERDICT, { value: verdict, configurable: true });
}

/**
 * Classifies an error by the first of it and its causes that says how a connection failed. It knows the codes of Node, undici
 * and OpenSSL, and the name `TimeoutError`, which `AbortSignal.timeout` sets. An `AggregateError`, as `Promise.any` throws it,
 * counts if each of its errors is a failure of a connection.
 *
 * @returns `undefined` if none of them is a failure of a connection.
 */
export function connectionFailure(
  error: unknown,
  { abortsAre, depth = 0 }: ConnectionFailureOptions = {},
): ConnectionFailure | undefined {
  for (const one of errorChain(error)) {
    const code = codeOf(one);
    const noted = verdictOn(one);
    const isAbort = foreignMember(one, "name") === "AbortError";
    const kind = noted?.kind ?? (isAbort ? abortsAre : kindOfFailure(one, code));
    if (kind !== undefined) {
      const isUnsent = UNSENT.has(kind) || code === "UND_ERR_CONNECT_TIMEOUT";
      return { kind, code, isUnsent, error: one, advice: noted?.advice };
    }
    const common = depth < MAX_NESTED ? ofAll(errorsOf(one), { abortsAre, depth }) : undefined;
    if (common !== undefined) return common;
  }
  return undefined;
}

/** How an error is classified. */
export interface ConnectionFailureOptions {
  /** What an `AbortError` is: of a signal that is not ours, a time limit. Default: it is no failure of a connection. */
  readonly abortsAre?: "timeout" | undefined;
  /** How many errors hold this one. */
  readonly depth?: number;
}

/** How deep errors that hold errors are read, and how many of each. */
const MAX_NESTED = 2;
const MAX_ERRORS = 16;

function errorsOf(error: Error): readonly unknown[] {
  const errors = foreignMember(error, "errors");
  return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
}

/** One that a retry cannot mend decides: the others may be mended, and it is still there. */
function ofAll(
  errors: readonly unknown[],
  { abortsAre, depth = 0 }: ConnectionFailureOptions,
): ConnectionFailure | undefined {
  const found = errors.map((error) => connectionFailure(error, { abortsAre, depth: depth + 1 }));
  if (found.includes(undefined)) return undefined;
  const decisive = found.find((one) => one !== undefined && !isNetworkFailure(one));
  const [first] = found;
  // Nothing may be repeated that any of them may have sent.
  const isUnsent = found.every((one) => one?.isUnsent);
  return decisive ?? (first && { ...first, isUnsent });
}

/** Tells whether the network failed, or something took too long: a retry can help. */
export function isNetworkFailure({ kind }: Pick<ConnectionFailure, "kind">): boolean {
  return NETWORK.has(kind);
}

const NETWORK: ReadonlySet<ConnectionFailureKind> = new Set([
  "unreachable",
  "interrupted",
  "broken",
  "timeout",
]);

const UNSENT: ReadonlySet<ConnectionFailureKind> = new Set([
  "unreachable",
  "interrupted",
  "untrusted",
  "no-tls",
]);

/** undici's other codes are mistakes of the caller. */
const KINDS: ReadonlyMap<string, ConnectionFailureKind> = new Map([
  ["EAI_AGAIN", "unreachable"],
  ["ECONNREFUSED", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETDOWN", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["ENOTFOUND", "unreachable"],
  ["ECONNABORTED", "broken"],
  ["ECONNRESET", "broken"],
  ["ENETRESET", "broken"],
  ["EPIPE", "broken"],
  ["ERR_STREAM_PREMATURE_CLOSE", "broken"],
  ["UND_ERR_SOCKET", "broken"],
  ["ESOCKETTIMEDOUT", "timeout"],
  ["ETIMEDOUT", "timeout"],
  ["UND_ERR_BODY_TIMEOUT", "timeout"],
  ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
  ["UND_ERR_HEADERS_TIMEOUT", "timeout"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "no-tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "no-tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "untrusted"],
  ["HOSTNAME_MISMATCH", "untrusted"],
]);

/** OpenSSL's names for what is wrong with a certificate. */
const UNTRUSTED =
  /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|CRL_|ERROR_IN_C|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;
/** The alerts of RFC 8446 §6.2 that can be about a certificate; a server that wants one may just say that the handshake failed. */
const REFUSED =
  /ALERT_(?:NO_|BAD_|UNSUPPORTED_|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|CERTIFICATE_)/;
/** The same, by number, where OpenSSL's text is all there is: 40 to 49, and 116. */
const REFUSED_NUMBER = /\bSSL alert number (?:4\d|116)\b/;

/** OpenSSL's codes hold a slash: `ERR_SSL_SSL/TLS_ALERT_…`. */
function codeOf(error: Error): string | undefined {
  const code = foreignMember(error, "code");
  return typeof code === "string" && /^[A-Z][A-Z\d_/]{0,79}$/.test(code) ? code : undefined;
}

function verdictOn(error: Error): ConnectionVerdict | undefined {
  return (error as { readonly [VERDICT]?: ConnectionVerdict })[VERDICT];
}

function kindOfFailure(error: Error, code: string | undefined): ConnectionFailureKind | undefined {
  const name = foreignMember(error, "name");
  if (name === "TimeoutError") return "timeout";
  if (name === "HTTPParserError") return "no-http";
  if (code === undefined) return undefined;
  const kind = KINDS.get(code);
  if (kind !== undefined) return kind;
  if (UNTRUSTED.test(code)) return "untrusted";
  if (code === "EPROTO") {
    return REFUSED_NUMBER.test(String(foreignMember(error, "message"))) ? "refused" : "handshake";
  }
  if (!code.startsWith("ERR_SSL_")) return undefined;
  return REFUSED.test(code) ? "refused" : "handshake";
}
