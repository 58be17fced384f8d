import type { MockSts, StsMcpServerInfo } from "@agent-oauth/mock-sts";

/** A client that proves itself by HTTP Basic, the method that every foreign client knows. */
export const secretClient = {
  clientId: "judge",
  clientSecret: "judge-secret: + / %",
  authentication: "client_secret_basic",
} as const;

/** The same for clients that send secrets as they are, where RFC 6749 (2.3.1) wants them form-encoded. */
export const plainSecretClient = { ...secretClient, clientSecret: "judge-secret" } as const;

/** An MCP server of the mock's token exchange service. */
export function serverOf(mock: MockSts, audience: string): StsMcpServerInfo {
  const found = mock.sts.mcpServers.find((server) => server.audience === audience);
  if (found === undefined) throw new Error(`There is no server ${audience}`);
  return found;
}
