import { clientCredentialsSource, createTokenEndpoint } from "@agent-oauth/token-endpoint";
import { z } from "zod";
import { authenticationOf, caseClient } from "../fixtures/case-client.ts";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { LOOPBACK, scriptedResponse, send, withServer } from "../fixtures/case-server.ts";
import { fillInName } from "../fixtures/fill-in.ts";

/** Where authorization servers publish their metadata, and what they write in it; `{origin}` is the server's. */
export const metadata: CaseKind = caseKind(
  z.strictObject({
    options: z.union([
      z.strictObject({ issuer: z.string() }),
      z.strictObject({ metadataUrl: z.string() }),
    ]),
    /** Responses by path; all others are 404. */
    routes: z.record(z.string(), scriptedResponse),
    client: caseClient.prefault({}),
  }),
  ({ options, routes, client }) => {
    let assertion: string | null = null;
    return withServer(
      ({ method, url, headers, body }, response) => {
        if (method === "POST") {
          assertion = new URLSearchParams(body).get("client_assertion");
          send(response, { json: { access_token: "t", token_type: "Bearer", expires_in: 60 } });
        } else {
          const route = routes[url] ?? { status: 404 };
          send(response, fillInName(route, "origin", `http://${headers.host}`));
        }
      },
      async (origin) => {
        const endpoint = createTokenEndpoint({
          clientId: client.id,
          clientAuthentication: authenticationOf(client),
          allowInsecureHosts: LOOPBACK,
          ...fillInName(options, "origin", origin),
        });
        try {
          const { token } = await clientCredentialsSource(endpoint).getToken();
          return { token, aud: audienceOf(assertion)?.replace(origin, "{origin}") };
        } finally {
          await endpoint.close();
        }
      },
    );
  },
);

function audienceOf(assertion: string | null): string | undefined {
  const claims = assertion?.split(".")[1];
  if (claims === undefined) return undefined;
  return JSON.parse(Buffer.from(claims, "base64url").toString()).aud;
}
