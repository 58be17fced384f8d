export type {
  AgentRef,
  GatewayListOptions,
  GatewayToken,
  McpServerRef,
} from "@agent-oauth/core/gateway";
export {
  type CustomerMtlsFlow,
  type CustomerMtlsFlowOptions,
  createCustomerMtlsFlow,
  detectCustomerMtls,
} from "./create-flow.ts";
export type { FindCredentialsFileOptions } from "./credentials/credentials-file.ts";
export type { CustomerCredentials } from "./credentials/customer-credentials.ts";
export type { CustomerFlow } from "./flow.ts";
export type { CustomerFlowOptions } from "./flow-options.ts";
export type { IasClientOptions } from "./ias/ias-client.ts";
export type {
  IntegrationDependency,
  IntegrationDependencyResolver,
} from "./servers/integration-dependency.ts";
export {
  createTransparentFlow,
  detectTransparent,
  type TransparentFlowOptions,
} from "./transparent-flow.ts";
