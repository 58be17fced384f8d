import { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";

/**
 * Watches connections being made, for what an error does not tell afterwards: whether anything can have been sent,
 * and whether the server refuses the client's certificate. A server that does so in TLS 1.3 just closes the
 * connection, after the handshake has succeeded as far as the client can see.
 */
export interface TlsObserver {
  /** Wraps the function that connects. */
  watch(connect: buildConnector.connector): buildConnector.connector;
  /** Records that the server at this URL has responded. */
  responded(url: URL): void;
  /** Whether connecting failed with this very error, so that nothing was sent. */
  failedConnecting(error: Error): boolean;
  /** Whether the server at this URL asked for a client certificate and has not responded yet. */
  mayRefuseCertificate(url: URL): boolean;
}

/** Makes an observer of the connections of one dispatcher. */
export function createTlsObserver(): TlsObserver {
  const failures = new WeakSet<Error>();
  const asked = new Set<string>();
  const responded = new Set<string>();
  return {
    failedConnecting: (error) => failures.has(error),
    responded: (url) => void responded.add(url.host),
    mayRefuseCertificate: (url) => asked.has(url.host) && !responded.has(url.host),
    watch: (connect) => (options, callback) => {
      const note = (socket: unknown) => {
        if (askedForCertificate(socket)) asked.add(options.host ?? "");
      };
      // The connector of undici returns the socket. Once a handshake has failed, a socket knows nothing of it any more.
      const connecting: unknown = connect(options, (...[error, socket]) => {
        if (error !== null) {
          failures.add(error);
          callback(error, null);
          return;
        }
        note(socket);
        callback(null, socket);
      });
      if (connecting instanceof TLSSocket) {
        connecting.prependOnceListener("end", () => note(connecting));
      }
    },
  };
}

/** A client knows these algorithms only if the server sent a CertificateRequest (RFC 8446 §4.3.2). */
function askedForCertificate(socket: unknown): boolean {
  return socket instanceof TLSSocket && (socket.getSharedSigalgs() ?? []).length > 0;
}
