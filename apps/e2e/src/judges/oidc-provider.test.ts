import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCustomerMtlsFlow } from "@agent-oauth/customer-mtls";
import type { CertificatePair, MockSts } from "@agent-oauth/mock-sts";
import {
  type ClientAuthentication,
  clientCredentialsSource,
  clientSecretBasic,
  clientSecretPost,
  createClientCertificate,
  createTokenEndpoint,
  jwtBearerSource,
  noClientAuthentication,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { rejection, temporaryDirectory } from "../agent.test-support.ts";
import { type ExchangeHarness, openExchangeHarness } from "./exchange-harness.test-support.ts";
import { CLIENTS, RESOURCES, TOKEN_SECONDS } from "./oidc-provider-setup.test-support.ts";

type Judge = ExchangeHarness["judge"];

function certificateAuthentication(pair: CertificatePair): ClientAuthentication {
  return tlsClientAuth(createClientCertificate(pair));
}

/** A client of the judge, found by its issuer or by its token endpoint. */
function endpointOf(
  judge: Judge,
  client: {
    readonly clientId: string;
    readonly clientAuthentication: ClientAuthentication;
    readonly by?: "issuer" | "tokenEndpoint";
  },
) {
  const { by = "tokenEndpoint", ...identity } = client;
  const endpoint = createTokenEndpoint({ ...identity, [by]: judge[by], ca: judge.ca });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

const PLACES = ["issuer", "tokenEndpoint"] as const;
const REQUEST = { resource: [RESOURCES.mcp], scope: ["read"] };

describe("token-endpoint against oidc-provider", () => {
  it.each(PLACES)("gets a bound token for a client with a certificate, by %s", async (by) => {
    const { authority, judge } = await openExchangeHarness();
    const clientAuthentication = certificateAuthentication(authority.clientCertificate);
    const { clientId } = CLIENTS.mtls;
    const source = clientCredentialsSource(
      endpointOf(judge, { clientId, clientAuthentication, by }),
    );
    const token = await source.getToken(REQUEST);
    const thumbprint = clientAuthentication.certificate?.thumbprint;
    expect(token.confirmation).toEqual({ x5tS256: thumbprint });
    expect(decodeJwt(token.token)).toMatchObject({
      iss: judge.issuer,
      aud: RESOURCES.mcp,
      client_id: clientId,
      scope: "read",
      cnf: { "x5t#S256": thumbprint },
    });
    expect(decodeProtectedHeader(token.token)).toMatchObject({ typ: "at+jwt", alg: "ES256" });
    const paths = judge.requests.map(({ path }) => path);
    expect(paths.at(-1)).toBe(by === "issuer" ? "/mtls/token" : "/token");
    expect(judge.requests.at(-1)?.hasCertificate).toBe(true);
  });

  it.each(
    PLACES.flatMap((by) => [
      ["client_secret_basic", by] as const,
      ["client_secret_post", by] as const,
    ]),
  )("gets a token by %s, by %s", async (method, by) => {
    const { judge } = await openExchangeHarness();
    const isBasic = method === "client_secret_basic";
    const { clientId, secret } = isBasic ? CLIENTS.basic : CLIENTS.post;
    const clientAuthentication = isBasic ? clientSecretBasic(secret) : clientSecretPost(secret);
    const source = clientCredentialsSource(
      endpointOf(judge, { clientId, clientAuthentication, by }),
    );
    const sentAfter = Date.now();
    const token = await source.getToken(REQUEST);
    expect(token).toMatchObject({ tokenType: "Bearer", scope: ["read"] });
    expect(token.confirmation).toBeUndefined();
    const { aud, cnf, exp = 0 } = decodeJwt(token.token);
    expect({ aud, cnf }).toEqual({ aud: RESOURCES.mcp, cnf: undefined });
    // The earlier of the two counts: `expires_in`, or the token's own `exp`, which has no milliseconds.
    const statedAt = sentAfter + TOKEN_SECONDS * 1_000;
    expect(token.expiresAt).toBeLessThanOrEqual(exp * 1_000);
    expect(token.expiresAt).toBeGreaterThan(Math.min(statedAt, exp * 1_000) - 1);
    expect(Math.abs(statedAt - exp * 1_000)).toBeLessThan(5_000);
    // The metadata has an alias for clients with a certificate, who this one is not.
    expect(judge.requests.at(-1)).toEqual({ path: "/token", hasCertificate: false });
  });

  it("gets an opaque token if no resource is asked for", async () => {
    const { authority, judge } = await openExchangeHarness();
    const clientAuthentication = certificateAuthentication(authority.clientCertificate);
    const { clientId } = CLIENTS.mtls;
    const endpoint = endpointOf(judge, { clientId, clientAuthentication });
    const token = await clientCredentialsSource(endpoint).getToken();
    expect(token.token).not.toContain(".");
    expect(token.confirmation).toBeDefined();
  });

  it("gets a token for a user by jwt-bearer", async () => {
    const { authority, judge } = await openExchangeHarness();
    const clientAuthentication = certificateAuthentication(authority.clientCertificate);
    const { clientId } = CLIENTS.mtls;
    const source = jwtBearerSource(endpointOf(judge, { clientId, clientAuthentication }));
    const subjectToken = await judge.assertion({ sub: "bob" });
    const token = await source.getToken({ subjectToken, ...REQUEST });
    expect(decodeJwt(token.token)).toMatchObject({
      sub: "bob",
      aud: RESOURCES.mcp,
      client_id: clientId,
      cnf: { "x5t#S256": clientAuthentication.certificate?.thumbprint },
    });
  });

  it("is told invalid_grant for an assertion for somebody else", async () => {
    const { authority, judge } = await openExchangeHarness();
    const clientAuthentication = certificateAuthentication(authority.clientCertificate);
    const endpoint = endpointOf(judge, { clientId: CLIENTS.mtls.clientId, clientAuthentication });
    const subjectToken = await judge.assertion({ aud: "https://elsewhere.example" });
    const error = await rejection(jwtBearerSource(endpoint).getToken({ subjectToken, ...REQUEST }));
    expect(error).toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_grant",
      status: 400,
    });
    expect(String(error)).not.toContain(subjectToken);
  });

  it("is told invalid_target for a resource that the server does not know", async () => {
    const { judge } = await openExchangeHarness();
    const { clientId, secret } = CLIENTS.post;
    const endpoint = endpointOf(judge, {
      clientId,
      clientAuthentication: clientSecretPost(secret),
    });
    const resource = ["https://unknown.example/mcp"];
    const error = await rejection(clientCredentialsSource(endpoint).getToken({ resource }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_target" });
  });
});

type BadClient = (authority: MockSts) => Promise<Parameters<typeof endpointOf>[1]>;

const BAD_CLIENTS: readonly [string, BadClient][] = [
  [
    "a wrong secret by Basic",
    async () => ({
      clientId: CLIENTS.basic.clientId,
      clientAuthentication: clientSecretBasic("wrong"),
    }),
  ],
  [
    "a wrong secret by form",
    async () => ({
      clientId: CLIENTS.post.clientId,
      clientAuthentication: clientSecretPost("wrong"),
    }),
  ],
  [
    "an unknown client",
    async () => ({ clientId: "nobody", clientAuthentication: clientSecretBasic("whatever") }),
  ],
  [
    "no certificate",
    async () => ({
      clientId: CLIENTS.mtls.clientId,
      clientAuthentication: noClientAuthentication(),
    }),
  ],
  [
    "the certificate of another subject",
    async (authority) => ({
      clientId: CLIENTS.mtls.clientId,
      clientAuthentication: certificateAuthentication(
        await authority.issueClientCertificate({ subject: "CN=mallory,O=Mock STS" }),
      ),
    }),
  ],
  [
    "the certificate of an authority of the same name",
    async (authority) => ({
      clientId: CLIENTS.mtls.clientId,
      clientAuthentication: certificateAuthentication(
        await authority.issueClientCertificate({ rogue: true }),
      ),
    }),
  ],
];

describe("a client that oidc-provider does not take", () => {
  it.each(BAD_CLIENTS)("is told invalid_client: %s", async (_name, client) => {
    const { authority, judge } = await openExchangeHarness();
    const source = clientCredentialsSource(endpointOf(judge, await client(authority)));
    const error = await rejection(source.getToken(REQUEST));
    expect(error).toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_client",
      retryable: false,
    });
    expect(judge.requests).toHaveLength(1);
  });
});

describe("customer-mtls against oidc-provider", () => {
  it("gets system and user tokens for the gateway with a credentials file", async () => {
    const { authority, judge } = await openExchangeHarness();
    const credentials = { ...authority.credentials(), tokenServiceUrl: judge.tokenEndpoint };
    const credentialsFile = join(await temporaryDirectory(), "credentials");
    await writeFile(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
    const flow = await createCustomerMtlsFlow({ credentialsFile, ca: judge.ca });
    onTestFinished(() => flow.close());
    const { thumbprint } = createClientCertificate(authority.clientCertificate);
    const common = { aud: RESOURCES.gateway, cnf: { "x5t#S256": thumbprint } };

    const system = await flow.systemTokens.getToken();
    expect(decodeJwt(system.token)).toMatchObject({ ...common, client_id: CLIENTS.mtls.clientId });
    const subjectToken = await judge.assertion({ sub: "alice" });
    const user = await flow.userTokens.getToken({ subjectToken });
    expect(decodeJwt(user.token)).toMatchObject({ ...common, sub: "alice" });
    expect([system.gatewayUrl, user.gatewayUrl]).toEqual(Array(2).fill(authority.gatewayUrl));

    expect(await flow.userTokens.getToken({ subjectToken })).toBe(user);
    expect(judge.requests).toEqual(Array(2).fill({ path: "/token", hasCertificate: true }));
  });
});
