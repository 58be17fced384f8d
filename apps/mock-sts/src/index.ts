export type { FragmentType } from "./btp/agent-gateway-landscape.ts";
export type {
  Configuration,
  ConfigurationLabel,
  ConfigurationLevel,
} from "./btp/configurations.ts";
export type { DestinationBinding } from "./btp/destination-binding.ts";
export type {
  ClientAuthenticationMethod,
  ClientRegistration,
  GrantType,
  RegisteredMethod,
} from "./clients/clients.ts";
export type { Controls } from "./controls/controls.ts";
export type {
  Breakage,
  FaultControls,
  FaultMatch,
  FaultResponse,
} from "./controls/fault-controls.ts";
export type { ScenarioControls } from "./controls/scenario-controls.ts";
export type { SettingsControls } from "./controls/settings-controls.ts";
export type { NewConfiguration, NewFragment, TenantControls } from "./controls/tenant-controls.ts";
export type { TokenBinding, TokenVerdict } from "./controls/token-verifier.ts";
export type { UserTokenRequest } from "./controls/user-tokens.ts";
export type { FaultEffect, FaultMatchSpec, FaultSpec } from "./faults/fault-schema.ts";
export type { FaultInfo } from "./faults/faults.ts";
export type { Hold } from "./faults/hold.ts";
export type { CustomerCredentials } from "./gateway/customer-credentials.ts";
export type { SignatureVerdict } from "./http/token-ledger.ts";
export type { KeyRotation } from "./keys/key-rings.ts";
export { type SigningAlgorithm, signingAlgorithms } from "./keys/signing-keys.ts";
export type { TrustedIssuer } from "./keys/trusted-issuer.ts";
export { type MockSts, startMockSts } from "./mock-sts.ts";
export { fingerprint } from "./oauth/fingerprint.ts";
export { agentGatewayResource } from "./oauth/resources.ts";
export type { Settings, SettingsChange } from "./options/control-settings.ts";
export type { IssuerOptions } from "./options/issuer-options.ts";
export type { MockStsOptions } from "./options/options.ts";
export type { Scenario } from "./options/scenario.ts";
export type { StsOptions } from "./options/sts-options.ts";
export { type StsQuirk, stsQuirks } from "./options/sts-quirks.ts";
export type { StsTarget } from "./options/sts-targets.ts";
export type { TenantOptions } from "./options/tenants.ts";
export type {
  RecordedA2a,
  RecordedMcp,
  RecordedRequest,
  RecordedTls,
  RecordedToken,
  RouteName,
} from "./recording/recorded-request.ts";
export type { Recorder, WaitOptions } from "./recording/recorder.ts";
export type { RequestFilter } from "./recording/request-match.ts";
export type { RequestTotals } from "./recording/request-totals.ts";
export type { AgentInfo, AgentOptions } from "./servers/agents.ts";
export type { McpServerInfo, McpServerOptions } from "./servers/mcp-servers.ts";
export type { McpTool } from "./servers/mcp-tools.ts";
export type { StsInfo, StsMcpServerInfo } from "./sts/sts-info.ts";
export type { AuthTokenSettings } from "./tenants/tenant.ts";
export type { TenantInfo } from "./tenants/tenant-info.ts";
export type { Clock, MovableClock } from "./time/clock.ts";
export type { CertificatePair } from "./tls/certificate-authority.ts";
export type { CertificateSubject } from "./tls/certificate-identity.ts";
export type { ClientCertificateRequest } from "./tls/client-certificates.ts";
export type { RevocationTarget, TokenFormat } from "./tokens/access-tokens.ts";
