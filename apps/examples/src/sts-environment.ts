import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { cachingTokenSource } from "@agent-oauth/core";
import { type MockSts, startMockSts } from "@agent-oauth/mock-sts";
import { createStsTokenSource } from "@agent-oauth/sts";
import { parseMcpServers } from "@agent-oauth/sts/schema";
import { createClientCertificate, tlsClientAuth } from "@agent-oauth/token-endpoint";

/** Everything the demo needs: a security token service and MCP servers with audiences of their own, and the agent's side. */
export interface StsEnvironment extends AsyncDisposable {
  readonly mock: MockSts;
  readonly client: AgentGatewayClient;
  /** Calls answered from the token cache so far. */
  readonly cacheHits: number;
}

/** Starts the servers, and makes a source that exchanges tokens and a client from it. */
export async function openStsEnvironment(): Promise<StsEnvironment> {
  const mock = await startMockSts();
  const source = createStsTokenSource({
    metadataUrl: mock.sts.wellKnownUri,
    clientId: mock.clientId,
    clientAuthentication: tlsClientAuth(createClientCertificate(mock.clientCertificate)),
    ca: mock.ca,
  });
  let cacheHits = 0;
  const tokens = cachingTokenSource(source, {
    onEvent: ({ type }) => {
      if (type === "hit" || type === "stale") cacheHits++;
    },
  });
  const servers = parseMcpServers(
    mock.sts.mcpServers.map(({ name, url, audience }) => ({ name, url, stsAudience: audience })),
  );
  const client = createAgentGatewayClient({
    flow: mcpServers({ tokens, servers, fetch: source.fetch }),
  });
  return {
    mock,
    client,
    get cacheHits() {
      return cacheHits;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      tokens.close();
      await source.close();
      await mock.close();
    },
  };
}
