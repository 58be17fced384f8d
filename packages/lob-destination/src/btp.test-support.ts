import type { ServerResponse } from "node:http";
import {
  respondJson,
  type ServerRequest,
  startHttpsServer,
} from "@agent-oauth/test-support/https-server";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: ServerRequest["headers"];
  readonly form: Readonly<Record<string, string>>;
  /** SHA-256 of the client certificate as Node writes it, if one was presented. */
  readonly certificate: string | undefined;
}

/** The response to one request. */
export interface TestResponse {
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
  /** Responds in place of the server if it returns something. */
  respond: (request: SeenRequest) => TestResponse | undefined | Promise<TestResponse | undefined>;
  /** What the requests were, for short: "token acme", "list acme subscriber.ias", "find acme". */
  calls(): string[];
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startBtp(): Promise<TestBtp> {
  const server = await startHttpsServer(async (request, response) => {
    const seen = seenRequest(request);
    btp.requests.push(seen);
    send(response, (await btp.respond(seen)) ?? standardResponse(seen, btp));
  });
  const btp: TestBtp = {
    ...server,
    requests: [],
    fragments: {
      "subscriber.ias": [{ FragmentName: "ias-1" }],
      "subscriber.ias.user": [{ FragmentName: "ias-user-1" }],
      "agw.mcp.server": [],
      "agw.a2a.server": [],
    },
    destination: { Name: "sap-managed-runtime-ias-eu10", URL: "https://agw.example/" },
    respond: () => undefined,
    calls: () => btp.requests.map(callOf),
  };
  return btp;
}

function seenRequest({ method, url, headers, body, certificate }: ServerRequest): SeenRequest {
  const { pathname, searchParams } = new URL(url, "https://server");
  return {
    method,
    path: decodeURIComponent(pathname),
    query: Object.fromEntries(searchParams),
    headers,
    form: Object.fromEntries(new URLSearchParams(body)),
    certificate,
  };
}

function standardResponse(request: SeenRequest, btp: TestBtp): TestResponse {
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

function send(response: ServerResponse, { status = 200, headers = {}, body }: TestResponse): void {
  const type = typeof body === "string" && { "content-type": "text/html" };
  respondJson(response, body, { status, headers: { ...type, ...headers } });
}
