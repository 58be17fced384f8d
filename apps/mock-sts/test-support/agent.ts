import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Agent, type Dispatcher, fetch, type RequestInit, type Response } from "undici";
import type { MockSts } from "../src/mock-sts.ts";
import { agentGatewayResource } from "../src/oauth/resources.ts";
import type { CertificatePair } from "../src/tls/certificate-authority.ts";

/** Response of the token endpoint, decoded. */
export interface TokenResponse {
  readonly status: number;
  readonly headers: Response["headers"];
  readonly body: Record<string, unknown>;
  /** `access_token`, empty if there is none. */
  readonly token: string;
}

/** The wire form of the customer flow's two requests. */
export const CLIENT_CREDENTIALS_FORM = {
  client_id: "mock-agent",
  grant_type: "client_credentials",
  resource: agentGatewayResource,
  response_type: "token",
};

export function jwtBearerForm(assertion: string) {
  return {
    client_id: "mock-agent",
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    resource: agentGatewayResource,
    assertion,
    token_format: "jwt",
  };
}

type FormFields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** A client on real sockets, written with undici and the MCP SDK only. */
export class TestAgent implements AsyncDisposable {
  readonly #mock: MockSts;
  readonly #dispatcher: Dispatcher;

  /** `pair` absent: the agent's certificate; `null`: none. `options.connections`: most at a time. */
  constructor(
    mock: MockSts,
    pair: CertificatePair | null = mock.clientCertificate,
    options: { connections?: number } = {},
  ) {
    this.#mock = mock;
    const identity = pair === null ? {} : { cert: pair.certificate, key: pair.key };
    this.#dispatcher = new Agent({ connect: { ca: mock.ca, ...identity }, ...options });
  }

  fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    return fetch(url, { redirect: "manual", ...init, dispatcher: this.#dispatcher });
  }

  async requestToken(
    fields: FormFields = CLIENT_CREDENTIALS_FORM,
    init: RequestInit = {},
  ): Promise<TokenResponse> {
    const form = new URLSearchParams(fields as Record<string, string>);
    const request = { method: "POST", body: form, ...init };
    const response = await this.fetch(this.#mock.tokenEndpoint, request);
    const body = (await response.json()) as Record<string, unknown>;
    const { status, headers } = response;
    return { status, headers, body, token: String(body.access_token ?? "") };
  }

  /** Opens an MCP session with the server of a name. */
  async connect(
    server: string,
    token: string,
    options: ConstructorParameters<typeof Client>[1] = {},
  ): Promise<Client> {
    const client = new Client({ name: "test-agent", version: "1.0.0" }, options);
    const transport = new StreamableHTTPClientTransport(new URL(this.mcpUrl(server)), {
      authProvider: { token: async () => token },
      // The SDK's types are the DOM's, undici has its own; at run time they are the same.
      fetch: this.fetch.bind(this) as unknown as typeof globalThis.fetch,
    });
    await client.connect(transport);
    return client;
  }

  mcpUrl(name: string): string {
    const { mcpServers, sts, issuers } = this.#mock;
    const servers = [mcpServers, ...[sts, ...issuers].map((it) => it.mcpServers)].flat();
    const server = servers.find((candidate) => candidate.name === name);
    if (server === undefined) throw new Error(`No MCP server ${name}`);
    return server.url;
  }

  /** Sends a JSON-RPC request without a session. */
  postMcp(server: string, headers: Record<string, string>, body = PING_BODY): Promise<Response> {
    return this.fetch(this.mcpUrl(server), {
      method: "POST",
      headers: { ...JSON_RPC_HEADERS, ...headers },
      body,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

const JSON_RPC_HEADERS = {
  "Content-Type": "application/json",
  Accept: "application/json, text/event-stream",
};

const PING_BODY = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
