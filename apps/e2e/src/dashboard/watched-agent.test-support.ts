import { type AgentGatewayClient, createAgentGatewayClient, mcpServers } from "@agent-oauth/client";
import { type MockSts, type MockStsOptions, startMockSts } from "@agent-oauth/mock-sts";
import { createStsTokenSource } from "@agent-oauth/sts";
import { createClientCertificate, tlsClientAuth } from "@agent-oauth/token-endpoint";
import { onTestFinished } from "vitest";

/** Users and agents stay signed in for longer than their access tokens live. */
const expiresInMs = 43_200_000;

/** The agent that acts for its users. */
export const actorName = "travel-agent";

/** A mock, and an agent that works with its MCP servers on behalf of users. */
export interface WatchedAgent {
  readonly mock: MockSts;
  readonly client: AgentGatewayClient;
  /** Learns the tools, and calls some for a user, one after the other. */
  work(user: string, calls: number): Promise<void>;
}

/** Starts a mock and an agent, and closes them when the test is over. */
export async function openWatchedAgent(options: MockStsOptions = {}): Promise<WatchedAgent> {
  const mock = await startMockSts(options);
  const source = createStsTokenSource({
    metadataUrl: mock.sts.wellKnownUri,
    clientId: mock.clientId,
    clientAuthentication: tlsClientAuth(createClientCertificate(mock.clientCertificate)),
    actor: { name: actorName, token: () => mock.userToken({ sub: actorName, expiresInMs }) },
    ca: mock.ca,
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
    await client.close();
    await source.close();
    await mock.close();
  });
  const users = new Map<string, Promise<string>>();
  return {
    mock,
    client,
    async work(user, calls) {
      const signedIn = users.get(user) ?? mock.userToken({ sub: user, expiresInMs });
      users.set(user, signedIn);
      const caller = { userToken: await signedIn, principal: user };
      const { tools } = await client.listMcpTools(caller);
      const harmless = tools.filter(({ name }) => name === "whoami" || name.startsWith("report_"));
      for (let call = 0; call < calls; call++) {
        const tool = harmless[call % harmless.length];
        if (tool !== undefined) await client.callMcpTool(tool, {}, caller);
      }
    },
  };
}
