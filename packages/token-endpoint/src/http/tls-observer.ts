import { TLSSocket } from "node:tls";
import { connectionFailure } from "@agent-oauth/core/internal";
import type { buildConnector } from "undici";

/**
 * Watches connections being made, for what an error does not tell afterwards: whether anything can have been sent,
 * and whether the server may have refused the client's certificate. In TLS 1.2 a finished handshake proves that it did not. In
 * TLS 1.3 the handshake succeeds for the client before the server has judged its certificate.
 */
export interface TlsObserver {
  /** Wraps the function that connects. */
  watch(connect: buildConnector.connector): buildConnector.connector;
  /** Records that the server at this URL has responded. */
  responded(url: URL): void;
  /** Whether connecting failed with this very error, so that nothing was sent. */
  failedConnecting(error: Error): boolean;
  /** What the server at this URL did about the client's certificate. */
  certificateAt(url: URL): CertificateVerdict | undefined;
}

/**
 * `"refused"`: the server asked for a certificate, and ended the connection within the handshake or sent an alert after it.
 * `"unjudged"`: it asked, and for the client the handshake succeeded, but nothing came from the server since.
 */
export type CertificateVerdict = "refused" | "unjudged";

/** Makes an observer of the connections of one dispatcher. */
export function createTlsObserver(): TlsObserver {
  const failures = new WeakSet<Error>();
  const verdicts = new Map<string, CertificateVerdict>();
  const accepted = new Set<string>();
  return {
    failedConnecting: (error) => failures.has(error),
    responded: (url) => void accepted.add(url.host),
    certificateAt: ({ host }) => (accepted.has(host) ? undefined : verdicts.get(host)),
    watch: (connect) => (options, callback) => {
      const host = options.host ?? "";
      // The connector of undici returns the socket. Once a handshake has failed, a socket knows nothing of it any more.
      const connecting: unknown = connect(options, (...[error, socket]) => {
        if (connecting instanceof TLSSocket) connecting.off("end", onEnd);
        if (error !== null) {
          failures.add(error);
          callback(error, null);
          return;
        }
        if (askedForCertificate(socket)) {
          // Of TLS 1.2, or with a ticket: the server has finished the handshake too (RFC 8446 §4.6.1).
          if (socket.getProtocol() === "TLSv1.3") verdicts.set(host, "unjudged");
          else accepted.add(host);
          socket.once("session", () => accepted.add(host));
          // undici reports only that the connection ended.
          socket.prependListener("error", (error) => {
            if (connectionFailure(error)?.kind === "refused") verdicts.set(host, "refused");
          });
        }
        callback(null, socket);
      });
      const onEnd = () => {
        if (askedForCertificate(connecting)) verdicts.set(host, "refused");
      };
      if (connecting instanceof TLSSocket) connecting.prependOnceListener("end", onEnd);
    },
  };
}

/** A client knows these algorithms only if the server sent a CertificateRequest (RFC 8446 §4.3.2). */
function askedForCertificate(socket: unknown): socket is TLSSocket {
  return socket instanceof TLSSocket && (socket.getSharedSigalgs() ?? []).length > 0;
}
