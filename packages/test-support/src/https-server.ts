import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { authority, issueCertificate } from "./certificates.ts";

/** One request as the server saw it. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** SHA-256 of the client certificate as Node writes it, if one of the test authority was presented. */
  readonly certificate: string | undefined;
}

/** A server that runs until it is closed. */
export interface HttpsServer {
  readonly origin: string;
  close(): Promise<void>;
}

const pair = await issueCertificate("serverAuth");

/** Starts an https server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startHttpsServer(
  respond: (request: ServerRequest, response: ServerResponse) => unknown,
): Promise<HttpsServer> {
  const server = createServer(
    {
      cert: pair.certificate,
      key: pair.key,
      ca: authority,
      requestCert: true,
      rejectUnauthorized: false,
    },
    async (request, response) => {
      await respond(serverRequest(request, await text(request)), response);
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Responds with JSON, or with a text unchanged. */
export function respondJson(
  response: ServerResponse,
  body: unknown,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: object } = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

function serverRequest(request: IncomingMessage, body: string): ServerRequest {
  const { method = "", url = "", headers, socket } = request;
  const isKnown = socket instanceof TLSSocket && socket.authorized;
  const certificate = isKnown ? socket.getPeerCertificate().fingerprint256 : undefined;
  return { method, url, headers, body, certificate };
}
