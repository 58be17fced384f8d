export type { RevocationTarget } from "./access-tokens.ts";
export type { CertificatePair } from "./certificate-authority.ts";
export type { ClientCertificateRequest } from "./client-certificates.ts";
export type { ClientAuthenticationMethod, ClientRegistration, GrantType } from "./clients.ts";
export type { Controls } from "./controls.ts";
export type { CustomerCredentials } from "./customer-credentials.ts";
export type { Breakage, FaultAnswer, FaultMatch } from "./faults.ts";
export { fingerprint } from "./fingerprint.ts";
export type { Hold } from "./hold.ts";
export type { McpServerInfo, McpServerOptions } from "./mcp-servers.ts";
export type { McpTool } from "./mcp-tools.ts";
export { type MockSts, startMockSts } from "./mock-sts.ts";
export type { MockStsOptions } from "./options.ts";
export type {
  RecordedMcp,
  RecordedRequest,
  RecordedTls,
  RecordedToken,
  RouteName,
} from "./recorded-request.ts";
export type { Recorder } from "./recorder.ts";
export type { RequestFilter } from "./request-filter.ts";
export { agentGatewayResource } from "./resources.ts";
export type { UserTokenRequest } from "./user-tokens.ts";
