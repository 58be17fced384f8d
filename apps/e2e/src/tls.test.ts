import { createCustomerMtlsFlow, createTransparentFlow } from "@agent-oauth/customer-mtls";
import type { MockSts } from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMock, rejection } from "./agent.test-support.ts";
import { openStrictServer } from "./strict-server.test-support.ts";

const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const;

type Credentials = ReturnType<MockSts["credentials"]>;

async function flowOf(credentials: Credentials, ca?: string) {
  const flow = await createCustomerMtlsFlow({ credentials, ...(ca !== undefined && { ca }) });
  onTestFinished(() => flow.close());
  return flow;
}

function transparentFlowOf(mock: MockSts, tokenServiceUrl = mock.tokenEndpoint) {
  const flow = createTransparentFlow({
    ca: mock.ca,
    env: {
      INTEGRATION_CLIENT_ID: mock.clientId,
      INTEGRATION_AUTH_URL: tokenServiceUrl,
      INTEGRATION_GATEWAY_URL: mock.gatewayUrl,
      INTEGRATION_DEPENDENCIES: "[]",
    },
  });
  onTestFinished(() => flow.close());
  return flow;
}

describe("a server whose authority is not trusted", () => {
  it.each([
    ["that of another server", async () => (await openMock()).ca],
    ["none", async () => undefined],
  ])("gets no request if the authority given is %s", async (_name, authority) => {
    const mock = await openMock();
    const flow = await flowOf(mock.credentials(), await authority());
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(String(error)).toMatch(/not trusted .*"ca"/);
    expect(mock.recorder.count()).toBe(0);
  });
});

describe("a client without a certificate", () => {
  it("is told so by a token endpoint that wants one", async () => {
    const mock = await openMock();
    const error = await rejection(transparentFlowOf(mock).systemTokens.getToken());
    expect(error).toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_client",
      status: 401,
      retryable: false,
    });
    expect(String(error)).toMatch(/certificate/);
    expect(mock.recorder.requests[0]?.tls.clientCertificate).toBeUndefined();
    expect(mock.recorder.count()).toBe(1);
  });

  it.each(VERSIONS)("is told so if the server refuses it in the %s handshake", async (version) => {
    const mock = await openMock();
    const server = await openStrictServer(mock, version);
    const flow = transparentFlowOf(mock, server.tokenServiceUrl);
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(String(error)).toMatch(/if it requires a client certificate, authenticate with/);
    expect(server.requests).toBe(0);
  });
});

describe("a client certificate of an authority that nobody knows", () => {
  it("is refused by the token endpoint", async () => {
    const mock = await openMock();
    const rogue = await mock.issueClientCertificate({ rogue: true });
    const flow = await flowOf(mock.credentials(rogue), mock.ca);
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_client" });
  });

  it.each(VERSIONS)("is refused in the %s handshake, and the error names it", async (version) => {
    const mock = await openMock();
    const server = await openStrictServer(mock, version);
    const rogue = await mock.issueClientCertificate({ rogue: true });
    const { tokenServiceUrl } = server;
    const bad = await flowOf({ ...mock.credentials(rogue), tokenServiceUrl }, mock.ca);
    const error = await rejection(bad.systemTokens.getToken());
    // This server sends no alert: over TLS 1.3 it looks as if it had died.
    const isSaid = version === "TLSv1.2";
    const code = isSaid ? "ERR_TOKEN_TLS" : "ERR_TOKEN_NETWORK";
    expect(error).toMatchObject({ code, retryable: !isSaid });
    expect(String(error)).toMatch(/check that the client certificate is issued by an authority/);
    expect(server.requests).toBe(0);

    const good = await flowOf({ ...mock.credentials(), tokenServiceUrl }, mock.ca);
    expect((await good.systemTokens.getToken()).token).toBe("strict");
  });
});

describe("an expired client certificate", () => {
  it("is not sent at all", async () => {
    const mock = await openMock();
    const expired = await mock.issueClientCertificate({ notAfter: Date.now() - 60_000 });
    const error = await rejection(flowOf(mock.credentials(expired), mock.ca));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL", retryable: false });
    expect(String(error)).toMatch(/the certificate expired at/);
    expect(mock.recorder.handshakes).toBe(0);
  });

  it("is refused by a server whose clock is ahead of ours", async () => {
    const mock = await openMock();
    const pair = await mock.issueClientCertificate({ notAfter: Date.now() + 3_600_000 });
    const flow = await flowOf(mock.credentials(pair), mock.ca);
    mock.controls.clockOffsetMs = 7_200_000;
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_client" });
    expect(mock.recorder.count()).toBe(1);
  });
});

describe("a client certificate of another subject", () => {
  it("is refused, whoever issued it", async () => {
    const mock = await openMock();
    const pair = await mock.issueClientCertificate({ subject: "CN=somebody-else,O=Mock STS" });
    const flow = await flowOf(mock.credentials(pair), mock.ca);
    const error = await rejection(flow.systemTokens.getToken());
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_client" });
  });
});
