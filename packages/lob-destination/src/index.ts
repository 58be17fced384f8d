export { createLobFlow, detectLob } from "./create-lob-flow.ts";
export type { DestinationBinding } from "./destination-binding.ts";
export type { FindBindingOptions } from "./find-destination-binding.ts";
export type {
  AgentRef,
  GatewayListOptions,
  GatewayToken,
  LobFlow,
  McpServerRef,
} from "./lob-flow.ts";
export type { LobFlowOptions, TenantTokenUrl } from "./lob-flow-options.ts";
export type { TokenUrlBinding } from "./tenant-token-url.ts";
