import { createServer } from "node:net";
import type { MockSts } from "@agent-oauth/mock-sts";
import {
  Client,
  CrossAppAccessProvider,
  discoverAndRequestJwtAuthGrant,
  exchangeJwtAuthGrant,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { decodeJwt, type JSONWebKeySet } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { plainSecretClient, serverOf } from "./sts-clients.test-support.ts";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

const { clientId, clientSecret } = plainSecretClient;

/**
 * The company's identity provider, and the authorization server of an MCP server that takes its grants.
 * The SDK proves itself to the first by the form, to the second by HTTP Basic.
 */
async function openLandscape() {
  const port = await freePort();
  const idp = await openTrustedMock({
    clients: [{ clientId, clientSecret, authentication: "client_secret_post" }],
    sts: { authorizationServers: [`https://localhost:${port}/sts`] },
  });
  const jwks = (await (await fetch(idp.sts.jwksUri)).json()) as JSONWebKeySet;
  const mock = await openTrustedMock({
    port,
    clients: [plainSecretClient],
    sts: { trustedIssuers: [{ issuer: idp.sts.issuer, jwks }] },
  });
  return { idp, mock, server: serverOf(mock, "tickets") };
}

/** Each of the two must know the other before it starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no port");
  return address.port;
}

async function grantOf(idp: MockSts, { audience, resource }: Record<string, string>) {
  const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
    idpUrl: idp.sts.issuer,
    clientId,
    clientSecret,
    audience: String(audience),
    resource: String(resource),
    idToken: await idp.userToken({ sub: "alice", clientId }),
  });
  return jwtAuthGrant;
}

describe("the MCP SDK's cross-app access as a client of the mock", () => {
  it("exchanges an id token for a grant, and the grant for a token of the MCP server", async () => {
    const { idp, mock, server } = await openLandscape();
    const target = { audience: mock.sts.issuer, resource: server.url };
    const { access_token } = await exchangeJwtAuthGrant({
      tokenEndpoint: mock.sts.tokenEndpoint,
      clientId,
      clientSecret,
      jwtAuthGrant: await grantOf(idp, target),
    });
    expect(decodeJwt(access_token)).toMatchObject({
      iss: mock.sts.issuer,
      sub: "alice",
      aud: server.url,
      client_id: clientId,
    });
  });

  it("finds everything from the MCP server's first answer, and calls a tool", async () => {
    const { idp, mock, server } = await openLandscape();
    const authProvider = new CrossAppAccessProvider({
      clientId,
      clientSecret,
      expectedIssuer: mock.sts.issuer,
      assertion: ({ authorizationServerUrl: audience, resourceUrl: resource }) =>
        grantOf(idp, { audience, resource }),
    });
    const client = new Client({ name: "judge", version: "1.0.0" });
    onTestFinished(() => client.close());
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { authProvider }));
    const result = await client.callTool({ name: "whoami", arguments: {} });
    expect(result.structuredContent).toMatchObject({ sub: "alice" });
    expect(mock.recorder.count({ route: "resource-metadata" })).toBeGreaterThan(0);
    for (const [where, grant] of [
      [idp, "urn:ietf:params:oauth:grant-type:token-exchange"],
      [mock, "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    ] as const) {
      const requests = where.recorder.requests.filter(({ route }) => route === "sts-token");
      expect(requests).toEqual([expect.objectContaining({ grant, status: 200 })]);
    }
  });

  it("is refused a grant for an authorization server nobody knows", async () => {
    const { idp, server } = await openLandscape();
    const target = { audience: "https://authorization.example", resource: server.url };
    const failure = await rejection(grantOf(idp, target));
    expect(String(failure)).toContain("invalid_target");
  });
});
