import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { createTestAuthority, type TestAuthority } from "./certificates.test-support.ts";
import { noClientAuthentication } from "./client-authentication/client-authentication.ts";
import type { TokenEndpointOptions } from "./options/token-endpoint-options.ts";
import { createTokenEndpoint, type TokenEndpoint } from "./request/token-endpoint.ts";
import type { TokenGrant } from "./request/token-grant.ts";

/** One request as a test server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly form: URLSearchParams;
  /** `x5t#S256` of the client certificate, if one was presented. */
  readonly thumbprint: string | undefined;
}

/** Answers a request; the count begins at 1. */
export type Answerer = (
  response: ServerResponse,
  request: SeenRequest,
  count: number,
) => void | Promise<void>;

/** A server on 127.0.0.1 that records what it is asked, and ends with the test. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly requests: SeenRequest[];
  /** Completed TLS handshakes, or connections without TLS. */
  readonly connections: number;
  answer: Answerer;
}

/** The authority of all test servers of one file, made once. */
export const authority: TestAuthority = await createTestAuthority();
const serverPair = await authority.issue({ name: "server", usage: "server" });

/** Starts an https server; by default it asks for a client certificate but does not require one. */
export function startTestServer(
  answer: Answerer = answerToken(),
  options: ServerOptions = {},
): Promise<TestServer> {
  return listen(answer, (listener) =>
    createServer(
      {
        cert: serverPair.certificate,
        key: serverPair.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: false,
        ...options,
      },
      listener,
    ),
  );
}

/** Starts a server without TLS. */
export function startPlainServer(answer: Answerer = answerToken()): Promise<TestServer> {
  return listen(answer, createHttpServer);
}

/** A token endpoint for a test server, with waits that are recorded in `waits` instead of spent. */
export function testEndpoint(
  server: { readonly url: string },
  options: Partial<TokenEndpointOptions> = {},
): TokenEndpoint & { readonly waits: number[] } {
  const waits: number[] = [];
  const endpoint = createTokenEndpoint({
    ...(options.issuer === undefined && { tokenEndpoint: server.url }),
    clientId: "agent",
    clientAuthentication: noClientAuthentication(),
    ca: authority.certificate,
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
    ...options,
  });
  onTestFinished(() => endpoint.close());
  return Object.assign(endpoint, { waits });
}

/** A grant for tests that are about something else. */
export const CLIENT_CREDENTIALS: TokenGrant = {
  grantType: "client_credentials",
  parameters: {},
  idempotent: true,
};

/** Answers with JSON. */
export function answerJson(body: unknown, status = 200, headers: object = {}): Answerer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** Answers with a good token named by the request's number. */
export function answerToken(more: object = {}): Answerer {
  return (response, request, count) =>
    answerJson({ access_token: `token-${count}`, token_type: "Bearer", expires_in: 60, ...more })(
      response,
      request,
      count,
    );
}

async function listen(
  answer: Answerer,
  create: (listener: RequestListener) => ReturnType<typeof createHttpServer>,
): Promise<TestServer> {
  let connections = 0;
  const requests: SeenRequest[] = [];
  const server = create(async (request, response) => {
    const body = await new Response(request as unknown as ReadableStream).text();
    const seen = seenRequest(request, body);
    requests.push(seen);
    await made.answer(response, seen, requests.length);
  });
  const isTls = "setSecureContext" in server;
  server.on(isTls ? "secureConnection" : "connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const made: TestServer = {
    url: `${isTls ? "https" : "http"}://127.0.0.1:${port}/token`,
    port,
    requests,
    get connections() {
      return connections;
    },
    answer,
  };
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return made;
}

function seenRequest(request: IncomingMessage, body: string): SeenRequest {
  const { method = "", url = "", headers, socket } = request;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  const digest = certificate?.fingerprint256.replaceAll(":", "") ?? "";
  return {
    method,
    path: url,
    headers,
    form: new URLSearchParams(body),
    thumbprint: digest === "" ? undefined : Buffer.from(digest, "hex").toString("base64url"),
  };
}
