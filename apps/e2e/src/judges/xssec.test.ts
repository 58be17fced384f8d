import { agentGatewayResource, type MockSts } from "@agent-oauth/mock-sts";
import { createClientCertificate } from "@agent-oauth/token-endpoint";
import { errors, IdentityService } from "@sap/xssec";
import { describe, expect, it } from "vitest";
import { openMock, rejection } from "../agent.test-support.ts";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

/** What a service binding of IAS holds, as far as the mock has it. */
function credentialsOf(mock: MockSts, clientid = mock.clientId) {
  const { certificate, key } = mock.clientCertificate;
  // Issuers are accepted by their domains only; ours has a port.
  const domains = [new URL(mock.url).host];
  return { clientid, url: mock.url, domains, certificate, key };
}

const JWT = { token_format: "jwt" } as const;
const GATEWAY = { ...JWT, resource: agentGatewayResource };

describe("@sap/xssec as a client of the mock's IAS", () => {
  it("gets a token by client credentials over mutual TLS, and accepts it", async () => {
    const mock = await openTrustedMock();
    const service = new IdentityService(credentialsOf(mock));
    const { access_token, token_type, expires_in } = await service.fetchClientCredentialsToken();
    expect({ token_type, expires_in }).toEqual({ token_type: "Bearer", expires_in: 3_600 });
    const { token } = await service.createSecurityContext(access_token);
    expect(token.payload).toMatchObject({ azp: mock.clientId, aud: mock.clientId });
    expect(mock.recorder.requests.map(({ route }) => route)).toEqual([
      "authorization-server-metadata",
      "token",
      "jwks",
    ]);
  });

  it("exchanges a user's token by jwt-bearer, and accepts both tokens of the answer", async () => {
    const mock = await openTrustedMock();
    const service = new IdentityService(credentialsOf(mock));
    const answer = await service.fetchJwtBearerToken(await mock.userToken({ sub: "alice" }), JWT);
    for (const jwt of [answer.access_token, answer.id_token]) {
      const { token } = await service.createSecurityContext(jwt);
      expect(token.payload).toMatchObject({ sub: "alice", user_uuid: "alice", aud: mock.clientId });
    }
  });

  it("gets tokens for the gateway, which the gateway's service accepts and its own does not", async () => {
    const mock = await openTrustedMock();
    const agent = new IdentityService(credentialsOf(mock));
    const gateway = new IdentityService(credentialsOf(mock, "mock-agent-gateway"));
    const userToken = await mock.userToken({ sub: "alice" });
    for (const { access_token } of [
      await agent.fetchClientCredentialsToken(GATEWAY),
      await agent.fetchJwtBearerToken(userToken, GATEWAY),
    ]) {
      const { token } = await gateway.createSecurityContext(access_token);
      expect(token.payload).toMatchObject({ azp: mock.clientId, app_tid: "mock-tenant" });
      expect(await rejection(agent.createSecurityContext(access_token))).toBeInstanceOf(
        errors.WrongAudienceError,
      );
    }
  });

  it("finds the token bound to the certificate, and to no other", async () => {
    const mock = await openTrustedMock();
    const service = new IdentityService(credentialsOf(mock), {
      validation: { x5t: { enabled: true } },
    });
    const { access_token } = await service.fetchClientCredentialsToken();
    const own = { clientCertificatePem: mock.clientCertificate.certificate };
    const { token } = await service.createSecurityContext(access_token, own);
    const { thumbprint } = createClientCertificate(mock.clientCertificate);
    expect(token.payload).toMatchObject({ cnf: { "x5t#S256": thumbprint } });
    const other = await mock.issueClientCertificate();
    const wrong = { clientCertificatePem: other.certificate };
    expect(await rejection(service.createSecurityContext(access_token, wrong))).toBeInstanceOf(
      errors.X5tError,
    );
  });

  it("verifies signatures with the keys of before and after a rotation", async () => {
    const mock = await openTrustedMock();
    const old = await new IdentityService(credentialsOf(mock)).fetchClientCredentialsToken();
    await mock.controls.rotateSigningKey();
    const service = new IdentityService(credentialsOf(mock));
    const { access_token } = await service.fetchClientCredentialsToken();
    await service.createSecurityContext(old.access_token);
    await service.createSecurityContext(access_token);

    const [header = "", , signature = ""] = access_token.split(".");
    const [, payload = ""] = old.access_token.split(".");
    const forged = [header, payload, signature].join(".");
    expect(await rejection(service.createSecurityContext(forged))).toBeInstanceOf(
      errors.InvalidTokenSignatureError,
    );
  });

  it("refuses tokens that have ended and those of another issuer", async () => {
    const mock = await openTrustedMock();
    const service = new IdentityService(credentialsOf(mock));
    const ended = await mock.userToken({ sub: "alice", expiresInMs: -120_000 });
    expect(await rejection(service.createSecurityContext(ended))).toBeInstanceOf(
      errors.ExpiredTokenError,
    );
    const foreign = await (await openMock()).userToken({ sub: "alice", clientId: mock.clientId });
    expect(await rejection(service.createSecurityContext(foreign))).toBeInstanceOf(
      errors.UntrustedIssuerError,
    );
  });

  it("is refused with a certificate of a foreign authority, and with a user token for another", async () => {
    const mock = await openTrustedMock();
    const { certificate, key } = await mock.issueClientCertificate({ rogue: true });
    const rogue = new IdentityService({ ...credentialsOf(mock), certificate, key });
    const good = new IdentityService(credentialsOf(mock));
    const foreign = await mock.userToken({ sub: "alice", clientId: "another-client" });
    const failures = [
      [rogue.fetchClientCredentialsToken(), 401, "invalid_client"],
      [good.fetchJwtBearerToken(foreign, JWT), 400, "invalid_grant"],
    ] as const;
    for (const [call, responseCode, error] of failures) {
      const failure = await rejection(call);
      expect(failure).toBeInstanceOf(errors.ResponseError);
      expect(failure).toMatchObject({ responseCode });
      expect(failure).toHaveProperty("responseText", expect.stringContaining(`"${error}"`));
    }
  });
});
