export type { AgentCard } from "./agent-card.ts";
export {
  type AgentGatewayClient,
  type CallMcpToolOptions,
  type CallOptions,
  createAgentGatewayClient,
  type ListOptions,
  type UserAuthOptions,
} from "./agent-gateway-client.ts";
export type { CallerOptions, SystemCaller, Tenant, UserCaller, UserToken } from "./caller.ts";
export type { AgentGatewayClientOptions } from "./client-options.ts";
export type { DiscoveryFailure, DiscoveryFilter } from "./discovery.ts";
export type {
  AgentRef,
  GatewayFlow,
  GatewayFlowDetector,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
  TargetRequest,
} from "./gateway-flow.ts";
export { type McpServersOptions, mcpServers } from "./mcp-servers.ts";
export type { McpTool, McpToolRef, McpToolResult } from "./mcp-tool.ts";
