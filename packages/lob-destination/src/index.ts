export type { DestinationBinding } from "./binding/destination-binding.ts";
export type { FindBindingOptions } from "./binding/find-destination-binding.ts";
export { createLobFlow, detectLob } from "./create-flow.ts";
export type { TokenUrlBinding } from "./destination-service/tenant-token-url.ts";
export type {
  AgentRef,
  GatewayListOptions,
  GatewayToken,
  LobFlow,
  McpServerRef,
} from "./flow.ts";
export type { LobFlowOptions, TenantTokenUrl } from "./flow-options.ts";
