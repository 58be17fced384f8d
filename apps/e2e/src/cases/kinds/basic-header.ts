import { clientCredentialsSource, createTokenEndpoint } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { authenticationOf, caseClient } from "../fixtures/case-client.ts";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { LOOPBACK, send, withServer } from "../fixtures/case-server.ts";

/** Identifiers and secrets of clients in the Authorization header. */
export const basicHeader: CaseKind = caseKind(
  z.strictObject({ client: caseClient }),
  ({ client }) => {
    let header: string | undefined;
    return withServer(
      ({ headers }, response) => {
        header = headers.authorization;
        send(response, { json: { access_token: "t", token_type: "Bearer" } });
      },
      async (origin) => {
        const endpoint = createTokenEndpoint({
          tokenEndpoint: `${origin}/token`,
          clientId: client.id,
          clientAuthentication: authenticationOf(client),
          allowInsecureHosts: LOOPBACK,
        });
        await clientCredentialsSource(endpoint).getToken();
        await endpoint.close();
        return { header };
      },
    );
  },
);
