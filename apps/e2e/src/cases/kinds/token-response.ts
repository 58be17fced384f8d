import { clientCredentialsSource, createTokenEndpoint } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { authenticationOf, caseClient } from "../fixtures/case-client.ts";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { LOOPBACK, scriptedResponse, send, withServer } from "../fixtures/case-server.ts";
import { caseClock } from "../fixtures/fill-in.ts";

/** Responses of token endpoints to client credentials. */
export const tokenResponse: CaseKind = caseKind(
  z.strictObject({ response: scriptedResponse, client: caseClient.prefault({}) }),
  ({ response, client }) =>
    withServer(
      (_, sent) => send(sent, response),
      async (origin) => {
        const clock = caseClock();
        const endpoint = createTokenEndpoint({
          tokenEndpoint: `${origin}/token`,
          clientId: client.id,
          clientAuthentication: authenticationOf(client),
          allowInsecureHosts: LOOPBACK,
          clock,
        });
        try {
          const token = await clientCredentialsSource(endpoint).getToken();
          const { expiresAt, scope = [] } = token;
          const endsIn = expiresAt === undefined ? null : (expiresAt - clock.now()) / 1_000;
          return { token: token.token, type: token.tokenType, scope, endsIn };
        } finally {
          await endpoint.close();
        }
      },
    ),
);
