export type { RevocationTarget, TokenFormat } from "./access-tokens.ts";
export type { FragmentType } from "./agent-gateway-landscape.ts";
export type { AgentInfo, AgentOptions } from "./agents.ts";
export type { CertificatePair } from "./certificate-authority.ts";
export type { CertificateSubject } from "./certificate-identity.ts";
export type { ClientCertificateRequest } from "./client-certificates.ts";
export type { ClientAuthenticationMethod, ClientRegistration, GrantType } from "./clients.ts";
export type { Clock, MovableClock } from "./clock.ts";
export type { Configuration, ConfigurationLabel, ConfigurationLevel } from "./configurations.ts";
export type { Settings, SettingsChange } from "./control-settings.ts";
export type { Controls } from "./controls.ts";
export type { CustomerCredentials } from "./customer-credentials.ts";
export type { DestinationBinding } from "./destination-binding.ts";
export type { Breakage, FaultAnswer, FaultControls, FaultMatch } from "./fault-controls.ts";
export type { FaultEffect, FaultMatchSpec, FaultSpec } from "./fault-schema.ts";
export type { FaultInfo } from "./faults.ts";
export { fingerprint } from "./fingerprint.ts";
export type { Hold } from "./hold.ts";
export type { IssuerOptions } from "./issuer-options.ts";
export type { KeyRotation } from "./key-rings.ts";
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
export type { Recorder, WaitOptions } from "./recorder.ts";
export type { RequestFilter } from "./request-match.ts";
export type { RequestTotals } from "./request-totals.ts";
export { agentGatewayResource } from "./resources.ts";
export type { Scenario } from "./scenario.ts";
export type { ScenarioControls } from "./scenario-controls.ts";
export type { SettingsControls } from "./settings-controls.ts";
export { type SigningAlgorithm, signingAlgorithms } from "./signing-keys.ts";
export type { StsInfo, StsMcpServerInfo } from "./sts-info.ts";
export type { StsOptions } from "./sts-options.ts";
export { type StsQuirk, stsQuirks } from "./sts-quirks.ts";
export type { StsTarget } from "./sts-targets.ts";
export type { AuthTokenSettings } from "./tenant.ts";
export type { NewConfiguration, NewFragment, TenantControls } from "./tenant-controls.ts";
export type { TenantInfo } from "./tenant-info.ts";
export type { TenantOptions } from "./tenants.ts";
export type { TokenBinding, TokenVerdict } from "./token-judge.ts";
export type { SignatureVerdict } from "./token-ledger.ts";
export type { TrustedIssuer } from "./trusted-issuer.ts";
export type { UserTokenRequest } from "./user-tokens.ts";
