import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { authority, issueCertificate } from "./certificates.test-support.ts";
import { createStsTokenSource, type StsTokenSource } from "./exchange/create-sts-token-source.ts";
import type { StsTokenSourceOptions } from "./exchange/sts-options.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly form: URLSearchParams;
  /** SHA-256 of the client certificate as Node writes it, if one was presented. */
  readonly certificate: string | undefined;
}

/** Answers an exchange; the count begins at 1. */
export type Answerer = (response: ServerResponse, request: SeenRequest, count: number) => void;

/** A server that stands for an STS, with its metadata at /metadata and its token endpoint at /token. */
export interface TestSts {
  readonly origin: string;
  readonly metadataUrl: string;
  readonly tokenEndpoint: string;
  /** The exchanges. */
  readonly exchanges: SeenRequest[];
  /** How often its metadata was asked for. */
  readonly discoveries: number;
  /** Replaces the answers to exchanges. */
  answer: Answerer;
  /** Replaces the metadata. */
  metadata: unknown;
  close(): Promise<void>;
}

const serverPair = await issueCertificate("serverAuth");

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startSts(): Promise<TestSts> {
  const exchanges: SeenRequest[] = [];
  let discoveries = 0;
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
      if (seen.path === "/metadata") {
        discoveries++;
        return answerJson(sts.metadata)(response, seen, discoveries);
      }
      exchanges.push(seen);
      sts.answer(response, seen, exchanges.length);
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tokenEndpoint = `${origin}/token`;
  const sts: TestSts = {
    origin,
    metadataUrl: `${origin}/metadata`,
    tokenEndpoint,
    exchanges,
    get discoveries() {
      return discoveries;
    },
    answer: issue(),
    metadata: { issuer: origin, token_endpoint: tokenEndpoint },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
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

/** Answers with a JWT for the audience and resource asked for, and whatever more the answer is to have. */
export function issue(more: object = {}, claims: object = {}): Answerer {
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
    answerJson(body)(response, request, count);
  };
}

/** Answers with JSON. */
export function answerJson(body: unknown, status = 200, headers: object = {}): Answerer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** Makes what reads like a JWT: nobody here verifies signatures. */
export function unsignedJwt(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode({ alg: "none" })}.${encode(claims)}.c2lnbmF0dXJl`;
}

function seenRequest(
  { method = "", url = "", headers, socket }: IncomingMessage,
  body: string,
): SeenRequest {
  const authorized = socket instanceof TLSSocket && socket.authorized;
  return {
    method,
    path: url,
    headers,
    form: new URLSearchParams(body),
    certificate: authorized ? socket.getPeerCertificate().fingerprint256 : undefined,
  };
}
