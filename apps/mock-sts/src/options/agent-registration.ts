import type { ClientRegistration } from "../clients/clients.ts";
import type { MockStsOptions } from "./options.ts";

/** Returns the subject of the agent's certificate. */
export function agentSubject(clientId: string): string {
  return `CN=${escapeDn(clientId)},OU=Agents,O=Mock STS`;
}

/** Describes the agent, who authenticates by certificate, as a client. */
export function agentRegistration(
  { certificateBoundTokens = true, scopes = [] }: MockStsOptions,
  { clientId, subjectDn }: { clientId: string; subjectDn: string },
): ClientRegistration {
  return { clientId, authentication: "tls_client_auth", subjectDn, certificateBoundTokens, scopes };
}

/** Escapes a value for an RFC 4514 name. */
function escapeDn(value: string): string {
  return value.replace(/[\\",+<>;=#]|^ | $/g, "\\$&");
}
