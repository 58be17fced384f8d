import { invalidTarget } from "./oauth-error.ts";

/** The name of Agent Gateway as the target of tokens, for IAS clients. */
export const agentGatewayResource = "urn:sap:identity:application:provider:name:agent-gateway";

/**
 * Finds the audience of a token from the `resource` parameters of its request.
 *
 * Without any, the token is for the client itself, as at IAS. IAS also names an application by its
 * client id, with or without a tenant after it. MCP clients send the URL that the metadata of a
 * server names.
 *
 * @throws OAuthError `invalid_target` for a resource this server does not know.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function targetAudience(
  resources: readonly string[],
  { clientId, gatewayClientId, isAdvertised }: TargetAudienceContext,
): string {
  const byClientId = `urn:sap:identity:application:provider:clientid:${gatewayClientId}`;
  for (const resource of resources) {
    const isGateway =
      resource === agentGatewayResource ||
      resource === byClientId ||
      resource.startsWith(`${byClientId}:apptid:`) ||
      isAdvertised(resource);
    if (!isGateway) throw invalidTarget("the resource is unknown");
  }
  return resources.length === 0 ? clientId : gatewayClientId;
}

/** The names that an identity tenant knows. */
export interface TargetAudienceContext {
  /** The requesting client. */
  readonly clientId: string;
  readonly gatewayClientId: string;
  /** Tells whether the metadata of a protected resource names this URL and this issuer. */
  readonly isAdvertised: (resource: string) => boolean;
}
