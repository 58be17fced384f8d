export type {
  AgentRef,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
} from "@agent-oauth/core/gateway";
export type { DestinationBinding } from "./binding/destination-binding.ts";
export type { FindBindingOptions } from "./binding/find-destination-binding.ts";
export { createLobFlow, detectLob } from "./create-flow.ts";
export type { TenantTokenUrl, TokenUrlBinding } from "./destination-service/tenant-token-url.ts";
export type { LobFlow } from "./flow.ts";
export type { LobFlowOptions } from "./flow-options.ts";
export type { FragmentChoice, FragmentChoiceContext } from "./servers/chosen-fragment.ts";
