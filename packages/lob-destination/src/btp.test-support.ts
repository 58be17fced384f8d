import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { authority, issueCertificate } from "./certificates.test-support.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly form: Readonly<Record<string, string>>;
  /** SHA-256 of the client certificate as Node writes it, if one was presented. */
  readonly certificate: string | undefined;
}

/** What the server answers to one request. */
export interface TestAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, unless it is a text. */
  readonly body?: unknown;
}

/** A server that stands for XSUAA, under a path for each tenant, and for the Destination Service. */
export interface TestBtp {
  readonly origin: string;
  readonly requests: SeenRequest[];
  /** Fragments by label, the same for every tenant. */
  fragments: Record<string, unknown>;
  /** The destination, merged with each fragment. */
  destination: Record<string, unknown>;
  /** Answers in place of the server if it returns something. */
  answer: (request: SeenRequest) => TestAnswer | undefined | Promise<TestAnswer | undefined>;
  /** What the requests were, for short: "token acme", "list acme subscriber.ias", "find acme". */
  calls(): string[];
  close(): Promise<void>;
}

const serverPair = await issueCertificate("serverAuth");

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startBtp(): Promise<TestBtp> {
  const server = createServer(
    {
      cert: serverPair.certificate,
      key: serverPair.key,
      ca: authority,
      requestCert: true,
      rejectUnauthorized: false,
    },
    async (request, response) => {
      const seen = seenRequest(request, await text(request));
      btp.requests.push(seen);
      send(response, (await btp.answer(seen)) ?? standardAnswer(seen, btp));
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const btp: TestBtp = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fragments: {
      "subscriber.ias": [{ FragmentName: "ias-1" }],
      "subscriber.ias.user": [{ FragmentName: "ias-user-1" }],
      "agw.mcp.server": [],
      "agw.a2a.server": [],
    },
    destination: { Name: "sap-managed-runtime-ias-eu10", URL: "https://agw.example/" },
    answer: () => undefined,
    calls: () => btp.requests.map(callOf),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return btp;
}

function seenRequest(
  { method = "", url = "", headers, socket }: IncomingMessage,
  body: string,
): SeenRequest {
  const { pathname, searchParams } = new URL(url, "https://server");
  const authorized = socket instanceof TLSSocket && socket.authorized;
  return {
    method,
    path: decodeURIComponent(pathname),
    query: Object.fromEntries(searchParams),
    headers,
    form: Object.fromEntries(new URLSearchParams(body)),
    certificate: authorized ? socket.getPeerCertificate().fingerprint256 : undefined,
  };
}

function standardAnswer(request: SeenRequest, btp: TestBtp): TestAnswer {
  const [kind, tenant, label] = callOf(request).split(" ");
  if (kind === "token") {
    const token = `service-${tenant}-${btp.requests.length}`;
    return { body: { access_token: token, token_type: "bearer", expires_in: 43_199 } };
  }
  if (kind === "list") return { body: btp.fragments[label ?? ""] ?? [] };
  const skips = request.query.$skipTokenRetrieval === "true";
  const value = `gateway-${tenant}-${btp.requests.length}`;
  const item = { type: "Bearer", value, expires_in: "3599" };
  const http_header = { key: "Authorization", value: `Bearer ${value}` };
  return {
    body: {
      destinationConfiguration: btp.destination,
      ...(!skips && { authTokens: [{ ...item, http_header }] }),
    },
  };
}

function callOf({ method, path, query, headers }: SeenRequest): string {
  if (method === "POST") return `token ${path.split("/")[1]}`;
  const [, tenant = "?"] = /^Bearer service-(.+)-\d+$/.exec(headers.authorization ?? "") ?? [];
  const [, label] = / HAS \('(.*)'\)$/.exec(query.$filter ?? "") ?? [];
  return label === undefined ? `find ${tenant}` : `list ${tenant} ${label}`;
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: TestAnswer): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "text/html" : "application/json",
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}
