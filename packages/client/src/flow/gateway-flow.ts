export type {
  AgentRef,
  GatewayFlow,
  GatewayFlowDetector,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
  TargetRequest,
} from "@agent-oauth/core/gateway";
