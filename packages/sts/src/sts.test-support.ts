import type { ServerResponse } from "node:http";
import { authority } from "@agent-oauth/test-support/certificates";
import {
  respondJson,
  type ServerRequest,
  startHttpsServer,
} from "@agent-oauth/test-support/https-server";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { onTestFinished } from "vitest";
import { createStsTokenSource, type StsTokenSource } from "./exchange/create-sts-token-source.ts";
import type { StsTokenSourceOptions } from "./exchange/sts-options.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: ServerRequest["headers"];
  readonly form: URLSearchParams;
  /** SHA-256 of the client certificate as Node writes it, if one was presented. */
  readonly certificate: string | undefined;
}

/** Responds to an exchange; the count begins at 1. */
export type Responder = (response: ServerResponse, request: SeenRequest, count: number) => void;

/** A server that stands for an STS, with its metadata at /metadata and its token endpoint at /token. */
export interface TestSts {
  readonly origin: string;
  readonly metadataUrl: string;
  readonly tokenEndpoint: string;
  /** The exchanges. */
  readonly exchanges: SeenRequest[];
  /** How often its metadata was asked for. */
  readonly discoveries: number;
  /** Replaces the responses to exchanges. */
  respond: Responder;
  /** Replaces the metadata. */
  metadata: unknown;
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startSts(): Promise<TestSts> {
  const exchanges: SeenRequest[] = [];
  let discoveries = 0;
  const server = await startHttpsServer((request, response) => {
    const seen = seenRequest(request);
    if (seen.path === "/metadata") {
      discoveries++;
      return respondJson(response, sts.metadata);
    }
    exchanges.push(seen);
    sts.respond(response, seen, exchanges.length);
  });
  const { origin } = server;
  const tokenEndpoint = `${origin}/token`;
  const sts: TestSts = {
    ...server,
    metadataUrl: `${origin}/metadata`,
    tokenEndpoint,
    exchanges,
    get discoveries() {
      return discoveries;
    },
    respond: issue(),
    metadata: { issuer: origin, token_endpoint: tokenEndpoint },
  };
  return sts;
}

/** Starts a server and makes a source of it; both end with the test. */
export async function stsAndSource(
  options: Partial<StsTokenSourceOptions> = {},
): Promise<{ readonly sts: TestSts; readonly source: StsTokenSource }> {
  const sts = await startSts();
  const { metadataUrl } = sts;
  const source = createStsTokenSource({ metadataUrl, ...QUICK, ...options });
  onTestFinished(async () => {
    await source.close();
    await sts.close();
  });
  return { sts, source };
}

/** Options of a source that trusts the test authority and spends no time on waiting. */
export const QUICK = { ca: authority, random: () => 0, sleep: async () => {} };

/** Responds with a JWT for the requested audience and resource, and further members. */
export function issue(more: object = {}, claims: object = {}): Responder {
  return (response, request, count) => {
    const { form } = request;
    const aud = [...form.getAll("audience"), ...form.getAll("resource")];
    const body = {
      access_token: unsignedJwt({
        sub: "user",
        jti: `${count}`,
        ...(aud.length > 0 && { aud }),
        ...claims,
      }),
      issued_token_type:
        form.get("requested_token_type") ?? "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: 300,
      ...more,
    };
    respondWith(body)(response, request, count);
  };
}

/** Responds with JSON. */
export function respondWith(body: unknown, status = 200, headers: object = {}): Responder {
  return (response) => respondJson(response, body, { status, headers });
}

function seenRequest({ method, url, headers, body, certificate }: ServerRequest): SeenRequest {
  return { method, path: url, headers, form: new URLSearchParams(body), certificate };
}
