export type {
  AgentRef,
  GatewayFlow,
  GatewayFlowDetector,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
  TargetRequest,
} from "@agent-oauth/core/gateway";
export type { AgentGatewayClient } from "./agent-gateway-client.ts";
export type { AgentCard } from "./agents/agent-card.ts";
export type {
  CallMcpToolOptions,
  CallOptions,
  ListOptions,
  UserAuthOptions,
} from "./call-options.ts";
export type { CallerOptions, SystemCaller, Tenant, UserCaller, UserToken } from "./caller.ts";
export { createAgentGatewayClient } from "./client.ts";
export type { AgentGatewayClientOptions } from "./client-options.ts";
export type { DiscoveryFilter } from "./discovery/discovery.ts";
export { DiscoveryError } from "./discovery/discovery-error.ts";
export type { DiscoveryFailure, DiscoveryRef } from "./discovery/discovery-failure.ts";
export {
  type ConfiguredServer,
  type McpServersOptions,
  mcpServers,
  type ServersByName,
} from "./flow/mcp-servers.ts";
export type { McpTool, McpToolRef, McpToolResult } from "./tools/mcp-tool.ts";
export type { ResultFailure } from "./tools/tool-output.ts";
