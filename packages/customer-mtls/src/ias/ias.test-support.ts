import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { authority, issueCertificate } from "../certificates.test-support.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly form: Readonly<Record<string, string>>;
  /** SHA-256 of the client certificate as Node writes it, if one was presented. */
  readonly certificate: string | undefined;
}

/** A server that stands for IAS and for the gateway: it issues `token-1`, `token-2`, … */
export interface TestIas {
  readonly origin: string;
  /** The token endpoint. */
  readonly tokenServiceUrl: string;
  readonly requests: SeenRequest[];
  /** Replaces the answers. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

const serverPair = await issueCertificate("serverAuth");

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startIas(): Promise<TestIas> {
  const requests: SeenRequest[] = [];
  const server = createServer(
    {
      cert: serverPair.certificate,
      key: serverPair.key,
      ca: authority,
      requestCert: true,
      rejectUnauthorized: false,
    },
    async (request, response) => {
      requests.push(seenRequest(request, await text(request)));
      ias.answer(response);
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ias: TestIas = {
    origin,
    tokenServiceUrl: `${origin}/oauth2/token`,
    requests,
    answer: (response) => {
      response.setHeader("content-type", "application/json");
      const answer = { access_token: `token-${requests.length}`, token_type: "Bearer" };
      response.end(JSON.stringify({ ...answer, expires_in: 3600 }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return ias;
}

function seenRequest({ url = "", headers, socket }: IncomingMessage, body: string): SeenRequest {
  const authorized = socket instanceof TLSSocket && socket.authorized;
  return {
    path: url,
    headers,
    form: Object.fromEntries(new URLSearchParams(body)),
    certificate: authorized ? socket.getPeerCertificate().fingerprint256 : undefined,
  };
}
