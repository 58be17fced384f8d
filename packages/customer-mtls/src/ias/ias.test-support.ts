import type { ServerResponse } from "node:http";
import {
  respondJson,
  type ServerRequest,
  startHttpsServer,
} from "@agent-oauth/test-support/https-server";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: ServerRequest["headers"];
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
  /** Replaces the responses. */
  respond: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1. It takes any client certificate of the test authority, and none. */
export async function startIas(): Promise<TestIas> {
  const requests: SeenRequest[] = [];
  const server = await startHttpsServer((request, response) => {
    requests.push(seenRequest(request));
    ias.respond(response);
  });
  const ias: TestIas = {
    ...server,
    tokenServiceUrl: `${server.origin}/oauth2/token`,
    requests,
    respond: (response) => {
      const access_token = `token-${requests.length}`;
      respondJson(response, { access_token, token_type: "Bearer", expires_in: 3600 });
    },
  };
  return ias;
}

function seenRequest({ url, headers, body, certificate }: ServerRequest): SeenRequest {
  const form = Object.fromEntries(new URLSearchParams(body));
  return { path: url, headers, form, certificate };
}
