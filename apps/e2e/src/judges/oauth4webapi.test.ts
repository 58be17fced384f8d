import type { MockSts } from "@agent-oauth/mock-sts";
import { exportJWK, generateKeyPair } from "jose";
import * as oauth from "oauth4webapi";
import { Agent, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMock, rejection } from "../agent.test-support.ts";
import { secretClient, serverOf } from "./sts-clients.test-support.ts";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";

async function serverAt(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const answer = await oauth.discoveryRequest(url, { algorithm: "oauth2" });
  return oauth.processDiscoveryResponse(url, answer);
}

async function openSts() {
  const mock = await openTrustedMock({ clients: [secretClient] });
  const as = await serverAt(mock.sts.issuer);
  const client: oauth.Client = { client_id: secretClient.clientId };
  const authentication = oauth.ClientSecretBasic(secretClient.clientSecret);
  const exchange = async (form: Record<string, string>) => {
    const answer = await oauth.genericTokenEndpointRequest(as, client, authentication, EXCHANGE, {
      subject_token_type: `${TOKEN_TYPE}jwt`,
      ...form,
    });
    return oauth.processGenericTokenEndpointResponse(as, client, answer);
  };
  return { mock, as, exchange };
}

/** Presents the agent's certificate. */
function mtlsFetch(mock: MockSts): typeof fetch {
  const { certificate: cert, key } = mock.clientCertificate;
  const dispatcher = new Agent({ connect: { ca: mock.ca, cert, key } });
  onTestFinished(() => dispatcher.close());
  return (async (input: string | URL, init: object) =>
    undiciFetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
}

describe("oauth4webapi as a client of the mock", () => {
  it("accepts a token that was exchanged as the MCP server would", async () => {
    const { mock, as, exchange } = await openSts();
    const { url } = serverOf(mock, "tickets");
    const subject_token = await mock.userToken({ sub: "alice" });
    const answer = await exchange({ subject_token, resource: url });
    expect(answer.issued_token_type).toBe(`${TOKEN_TYPE}access_token`);
    const request = new Request(url, {
      headers: { authorization: `Bearer ${answer.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(as, request, url);
    expect(claims).toMatchObject({ sub: "alice", client_id: secretClient.clientId });
  });

  it("delegates to an actor", async () => {
    const { mock, as, exchange } = await openSts();
    const { access_token } = await exchange({
      subject_token: await mock.userToken({
        sub: "alice",
        claims: { may_act: { sub: "agent" } },
      }),
      actor_token: await mock.userToken({ sub: "agent" }),
      actor_token_type: `${TOKEN_TYPE}jwt`,
      audience: "tickets",
    });
    const request = new Request(mock.url, { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, "tickets");
    expect(claims).toMatchObject({ sub: "alice", act: { sub: "agent" } });
  });

  it("never takes an ID-JAG for a bearer token", async () => {
    const { mock, exchange } = await openSts();
    const form = {
      subject_token: await mock.userToken({ sub: "alice" }),
      requested_token_type: `${TOKEN_TYPE}id-jag`,
      audience: mock.sts.issuer,
    };
    const failure = await rejection(exchange(form));
    expect(failure).toBeInstanceOf(oauth.UnsupportedOperationError);
  });

  it("reads refusals: their code, and how to authenticate", async () => {
    const { mock, as, exchange } = await openSts();
    const subject_token = await mock.userToken({ sub: "alice" });
    expect(await rejection(exchange({ subject_token, audience: "unknown" }))).toMatchObject({
      error: "invalid_target",
      status: 400,
    });
    const wrong = oauth.ClientSecretBasic("wrong");
    const client = { client_id: secretClient.clientId };
    const answer = await oauth.genericTokenEndpointRequest(as, client, wrong, EXCHANGE, {
      subject_token,
      subject_token_type: `${TOKEN_TYPE}jwt`,
    });
    const refusal = await rejection(oauth.processGenericTokenEndpointResponse(as, client, answer));
    expect(refusal).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    expect(refusal).toMatchObject({ status: 401, cause: [{ scheme: "basic" }] });
  });

  it("proves itself by certificate, at the endpoint's alias for it", async () => {
    const mock = await openTrustedMock();
    const as = await serverAt(mock.issuer);
    const client: oauth.Client = { client_id: mock.clientId, use_mtls_endpoint_aliases: true };
    const answer = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.TlsClientAuth(),
      {},
      {
        [oauth.customFetch]: mtlsFetch(mock),
      },
    );
    const { token_type } = await oauth.processClientCredentialsResponse(as, client, answer);
    expect(token_type).toBe("bearer");
    const [request] = mock.recorder.requests.filter(({ route }) => route === "token");
    expect(request).toMatchObject({ path: "/mtls/oauth2/token", issued: { claims: { cnf: {} } } });
  });

  it("proves itself by a signed assertion", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwks = { keys: [await exportJWK(publicKey)] };
    const mock = await openTrustedMock({
      clients: [{ clientId: "signer", authentication: "private_key_jwt", jwks }],
    });
    const as = await serverAt(mock.issuer);
    const client: oauth.Client = { client_id: "signer" };
    const proof = oauth.PrivateKeyJwt(privateKey);
    const answer = await oauth.clientCredentialsGrantRequest(as, client, proof, {});
    const { access_token } = await oauth.processClientCredentialsResponse(as, client, answer);
    expect(access_token).toMatch(/^ey/);
  });

  it("refuses the metadata of another issuer", async () => {
    const mock = await openTrustedMock();
    const other = await openMock();
    const answer = await oauth.discoveryRequest(new URL(mock.issuer), { algorithm: "oauth2" });
    const failure = await rejection(
      oauth.processDiscoveryResponse(new URL(other.issuer), answer) as Promise<unknown>,
    );
    expect(failure).toBeInstanceOf(oauth.OperationProcessingError);
  });
});
