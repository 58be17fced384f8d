import type { AccessToken } from "@agent-oauth/core";
import type { AgentGatewayClient } from "./agent-gateway-client.ts";
import type { AgentGatewayClientOptions } from "./client-options.ts";
import { FlowClient } from "./flow-client.ts";

/**
 * Creates a client for the MCP servers and agents that a flow opens.
 *
 * @example
 * ```ts
 * await using client = createAgentGatewayClient({ flow });
 * const { tools } = await client.listMcpTools({ userToken });
 * const { text } = await client.callMcpTool(tools[0], { city: "Walldorf" }, { userToken });
 * ```
 * @throws TypeError | RangeError naming the option that is of a wrong type or out of range.
 */
export function createAgentGatewayClient<T extends AccessToken>(
  options: AgentGatewayClientOptions<T>,
): AgentGatewayClient<T> {
  return new FlowClient(options);
}
