import { X509Certificate } from "node:crypto";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { CertificatePair } from "../tls/certificate-authority.ts";
import { hostViolation } from "./host-header.ts";

/** The TLS settings of a listener. */
export interface ListenerTls {
  /** The server's own certificate. */
  readonly identity: CertificatePair;
  /** PEM of the authority whose client certificates are requested. */
  readonly clientAuthority: string;
  /** Called once per TLS connection. */
  readonly onHandshake: () => void;
  /** Tells whether to refuse the next connection. */
  readonly refusesHandshake: () => boolean;
}

/** Handles one HTTP request. */
export type RequestHandler = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** A listening server. */
export interface Listener {
  /** The address it is bound to. */
  readonly address: string;
  readonly port: number;
  /** Sets the handler of requests; until then they get 503. */
  serve(handler: RequestHandler): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * Starts a server that asks for a client certificate and accepts connections without one; a server
 * without TLS does not ask.
 *
 * A missing or bad certificate must end in an OAuth error, not in a closed socket: the handshake
 * accepts every certificate, and the endpoints check it.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  let handler: RequestHandler = () => new Response(null, { status: 503 });
  const handle = getRequestListener(
    (request, env) => handler(request, env as HttpBindings),
    // The adapter would replace the process's global Request and Response.
    { overrideGlobalObjects: false },
  );
  const server = createServer(options.tls, (incoming, outgoing) => {
    const violation = hostViolation(incoming);
    if (violation === undefined) void handle(incoming, outgoing);
    else refuseRequest(outgoing, violation);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    serve(next) {
      handler = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The address of a listener, and its TLS. */
export interface ListenerOptions {
  /** Address to bind. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** `undefined`: plain HTTP. */
  readonly tls: ListenerTls | undefined;
}

/** Refuses a request before any endpoint sees it. */
function refuseRequest(outgoing: ServerResponse, violation: string): void {
  const body = JSON.stringify({ error: "invalid_request", error_description: violation });
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  const length = { "Content-Length": Buffer.byteLength(body) };
  outgoing.writeHead(400, { ...headers, ...length, Connection: "close" }).end(body);
}

/** The mock itself refuses a missing `Host`, as it refuses every other violation. */
const SERVER_OPTIONS = { requireHostHeader: false } as const;

function createServer(tls: ListenerTls | undefined, handle: RequestListener) {
  if (tls === undefined) return createHttpServer(SERVER_OPTIONS, handle);
  const { certificate: cert, key } = tls.identity;
  const options = { ...SERVER_OPTIONS, cert, key, ca: tls.clientAuthority, requestCert: true };
  const server = createHttpsServer({ ...options, rejectUnauthorized: false }, handle);
  refuseSome(server, tls.refusesHandshake);
  return server.on("secureConnection", tls.onHandshake);
}

/** Refuses some connections of a TLS server before their handshakes. */
function refuseSome(server: Server, refusesHandshake: () => boolean): void {
  const begin = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    if (refusesHandshake()) refuseHandshake(socket);
    else for (const listener of begin) listener.call(server, socket);
  });
}

/** Responds to a client's hello with a fatal alert, as a server does that has no cipher in common with it. */
function refuseHandshake(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.once("data", () => socket.end(HANDSHAKE_FAILURE));
}

/**
 * An alert record: version, length, level fatal, description handshake_failure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8446#section-6 RFC 8446 §6}
 */
const HANDSHAKE_FAILURE = Buffer.from([21, 3, 3, 0, 2, 2, 40]);

/** Returns the certificate that a client presented when it connected. */
export function presentedCertificate({ socket }: IncomingMessage): X509Certificate | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return certificate === undefined ? undefined : new X509Certificate(certificate.raw);
}
