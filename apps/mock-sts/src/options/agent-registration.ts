import type { ClientRegistration } from "../clients/clients.ts";

/** Returns the subject of the agent's certificate. */
export function agentSubject(clientId: string): string {
  return `CN=${escapeDn(clientId)},OU=Agents,O=Mock STS`;
}

/** Describes the agent as a client that authenticates by its certificate. */
export function agentRegistration(
  { certificateBoundTokens = true, scopes = [] }: AgentRegistrationOptions,
  { clientId, subjectDn }: { clientId: string; subjectDn: string },
): ClientRegistration {
  return { clientId, authentication: "tls_client_auth", subjectDn, certificateBoundTokens, scopes };
}

/** The options of a mock that are about its agent. */
export type AgentRegistrationOptions = Pick<
  ClientRegistration,
  "certificateBoundTokens" | "scopes"
>;

/** Escapes a value for an RFC 4514 name. */
function escapeDn(value: string): string {
  return value.replace(/[\\",+<>;=#]|^ | $/g, "\\$&");
}
