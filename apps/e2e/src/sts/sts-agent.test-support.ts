import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { type MockSts, type MockStsOptions, startMockSts } from "@agent-oauth/mock-sts";
import {
  createStsTokenSource,
  type StsTokenSource,
  type StsTokenSourceOptions,
} from "@agent-oauth/sts";
import { createClientCertificate, tlsClientAuth } from "@agent-oauth/token-endpoint";
import { onTestFinished } from "vitest";

/** An agent that exchanges its users' tokens at the mock, for the MCP servers with audiences of their own. */
export interface StsAgent {
  readonly mock: MockSts;
  readonly source: StsTokenSource;
  readonly client: AgentGatewayClient;
  /** Exchanges the mock was asked for. */
  readonly exchanges: () => number;
}

/** Opens an agent, and closes it when the test is over. */
export async function openStsAgent(
  options: MockStsOptions = {},
  wanted: Partial<StsTokenSourceOptions> | ((mock: MockSts) => Partial<StsTokenSourceOptions>) = {},
): Promise<StsAgent> {
  const mock = await startMockSts(options);
  const source = createStsTokenSource({
    metadataUrl: mock.sts.wellKnownUri,
    clientId: mock.clientId,
    clientAuthentication: tlsClientAuth(createClientCertificate(mock.clientCertificate)),
    ca: mock.ca,
    ...(typeof wanted === "function" ? wanted(mock) : wanted),
  });
  const servers = mock.sts.mcpServers.map(({ name, url, audience }) => ({
    name,
    url,
    request: { audience: [audience] },
  }));
  const client = createAgentGatewayClient({
    flow: mcpServers({ tokens: source, servers, fetch: source.fetch }),
  });
  onTestFinished(async () => {
    mock.controls.reset();
    await client.close();
    await source.close();
    await mock.close();
  });
  return { mock, source, client, exchanges: () => mock.recorder.count({ route: "sts-token" }) };
}
