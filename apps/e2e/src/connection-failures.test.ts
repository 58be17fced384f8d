import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { fromTokenProvider } from "@agent-oauth/core";
import { createStsTokenSource } from "@agent-oauth/sts";
import {
  clientCredentialsSource,
  createTokenEndpoint,
  noClientAuthentication,
} from "@agent-oauth/token-endpoint";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMock, rejection } from "./agent.test-support.ts";

const client = { clientId: "agent", clientAuthentication: noClientAuthentication() };
const noWait = { random: () => 0, sleep: () => Promise.resolve() };

/** Every way in which a server is asked: what comes of it must not depend on who asks. */
const ways: [name: string, code: string, ask: (origin: string) => Promise<unknown>][] = [
  [
    "a token endpoint",
    "ERR_TOKEN_NETWORK",
    (origin) => {
      const endpoint = createTokenEndpoint({ ...client, ...noWait, tokenEndpoint: `${origin}/t` });
      onTestFinished(() => endpoint.close());
      return clientCredentialsSource(endpoint).getToken();
    },
  ],
  [
    "its metadata",
    "ERR_TOKEN_NETWORK",
    (origin) => {
      const endpoint = createTokenEndpoint({ ...client, ...noWait, issuer: origin });
      onTestFinished(() => endpoint.close());
      return clientCredentialsSource(endpoint).getToken();
    },
  ],
  [
    "an STS",
    "ERR_TOKEN_NETWORK",
    (origin) => {
      const source = createStsTokenSource({ ...client, ...noWait, tokenEndpoint: `${origin}/t` });
      onTestFinished(() => source.close());
      return source.getToken({ subjectToken: "subject" });
    },
  ],
  [
    "an MCP server",
    "ERR_TOKEN_NETWORK",
    async (origin) => {
      const server = { name: "s", url: `${origin}/mcp` };
      const flow = mcpServers({ tokens: fromTokenProvider(() => "token"), servers: [server] });
      const agent = createAgentGatewayClient({ flow });
      onTestFinished(() => agent.close());
      return agent.callMcpTool({ name: "echo", server }, {}, { userToken: "user" });
    },
  ],
  [
    "a provider's own fetch",
    "ERR_TOKEN_PROVIDER",
    (origin) => {
      const source = fromTokenProvider(async () => (await fetch(origin)).text());
      onTestFinished(() => source.close());
      return source.getToken();
    },
  ],
];

describe("a server that is asked by", () => {
  it.each(ways)("%s and whose certificate is not trusted", async (_, _code, ask) => {
    const mock = await openMock();
    const error = await rejection(ask(mock.url));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(String(error)).toMatch(/not trusted \([A-Z_]+\);.*"ca" or .*NODE_EXTRA_CA_CERTS names$/);
    expect(mock.recorder.count()).toBe(0);
  });

  it.each(ways)("%s and that closes the connection before any TLS", async (_, code, ask) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const error = await rejection(ask(`https://127.0.0.1:${port}`));
    expect(error).toMatchObject({ code, retryable: true });
    expect(String(error)).not.toMatch(/certificate/);
  });
});
