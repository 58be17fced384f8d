export {
  type AgentGatewayClient,
  type CallMcpToolOptions,
  type CallOptions,
  createAgentGatewayClient,
  type ListOptions,
  type UserAuthOptions,
} from "./agent-gateway-client.ts";
export type { AgentCard } from "./agents/agent-card.ts";
export type { CallerOptions, SystemCaller, Tenant, UserCaller, UserToken } from "./caller.ts";
export type { AgentGatewayClientOptions } from "./client-options.ts";
export type { DiscoveryFailure, DiscoveryFilter } from "./discovery/discovery.ts";
export type {
  AgentRef,
  GatewayFlow,
  GatewayFlowDetector,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
  TargetRequest,
} from "./flow/gateway-flow.ts";
export { type McpServersOptions, mcpServers } from "./flow/mcp-servers.ts";
export type { McpTool, McpToolRef, McpToolResult } from "./tools/mcp-tool.ts";
