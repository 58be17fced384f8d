import type { AccessToken, TokenSource } from "@agent-oauth/core";
import type { AgentRef, GatewayFlow, McpServerRef } from "./index.ts";

/** A flow whose every part can be replaced, and that counts what is done to it. */
export function scriptedFlow<T extends AccessToken = AccessToken>(
  userTokens: TokenSource<T>,
  parts: Partial<GatewayFlow<T>> & {
    servers?: readonly McpServerRef[];
    agents?: readonly AgentRef[];
  } = {},
) {
  const { servers = [], agents = [], ...rest } = parts;
  const done: string[] = [];
  const listed: unknown[] = [];
  const flow: GatewayFlow<T> = {
    userTokens,
    clearTokens: () => void done.push("clearTokens"),
    async listMcpServers(options) {
      listed.push(options?.tenant);
      return servers;
    },
    async listAgents(options) {
      listed.push(options?.tenant);
      return agents;
    },
    clientId: async () => "client-1",
    fetch: (input, init) => globalThis.fetch(input, init),
    async close() {
      done.push("close");
    },
    ...rest,
  };
  return { flow, done, listed };
}
