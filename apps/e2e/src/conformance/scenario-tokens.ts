import type { TokenSource } from "@agent-oauth/core";
import { createStsTokenSource, tokenTypes } from "@agent-oauth/sts";
import {
  type ClientAuthentication,
  clientCredentialsSource,
  clientSecretBasic,
  createTokenEndpoint,
  jwtBearerSource,
  noClientAuthentication,
  privateKeyJwt,
} from "@agent-oauth/token-endpoint";
import { crossAppSource } from "./cross-app-source.ts";
import type { Scenario } from "./scenario.ts";

/** The servers of the conformance tool have no TLS. */
export const insecureHosts = ["localhost"];

/** How a client gets its tokens in one scenario. */
export interface ScenarioTokens {
  readonly source: TokenSource;
  /** On whose behalf; nobody's if the client calls for itself. */
  readonly subjectToken?: string;
  close(): Promise<void>;
}

/** Makes the source of the tokens of an authorization server that a scenario is about. */
export function scenarioTokens(scenario: Scenario, issuer: string): ScenarioTokens {
  const endpoint = createTokenEndpoint({
    issuer,
    clientId: scenario.client_id,
    clientAuthentication: clientAuthentication(scenario),
    allowInsecureHosts: insecureHosts,
  });
  const close = () => endpoint.close();
  switch (scenario.name) {
    case "auth/client-credentials-jwt":
    case "auth/client-credentials-basic":
    case "auth/metadata-issuer-mismatch":
      return { source: clientCredentialsSource(endpoint), close };
    case "auth/wif-jwt-bearer":
      return { source: jwtBearerSource(endpoint), subjectToken: scenario.valid_jwt, close };
    default: {
      const identityProvider = createStsTokenSource({
        tokenEndpoint: scenario.idp_token_endpoint,
        clientId: scenario.idp_client_id,
        subjectTokenType: tokenTypes.idToken,
        requestedTokenType: tokenTypes.idJag,
        audience: [issuer],
        allowInsecureHosts: insecureHosts,
      });
      return {
        source: crossAppSource(identityProvider, jwtBearerSource(endpoint)),
        subjectToken: scenario.idp_id_token,
        close: async () => void (await Promise.all([identityProvider.close(), endpoint.close()])),
      };
    }
  }
}

function clientAuthentication(scenario: Scenario): ClientAuthentication {
  if ("client_secret" in scenario) return clientSecretBasic(scenario.client_secret);
  if ("private_key_pem" in scenario) {
    return privateKeyJwt({ key: scenario.private_key_pem, alg: scenario.signing_algorithm });
  }
  return noClientAuthentication();
}
