import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureVersion } from "node:tls";
import type { MockSts } from "@agent-oauth/mock-sts";
import { onTestFinished } from "vitest";

/**
 * Starts a server of the mock's authority that refuses clients without a good certificate in the handshake already, in
 * one TLS version only. It answers with a token, and counts its requests; it ends with the test.
 */
export async function openStrictServer(mock: MockSts, version: SecureVersion) {
  const request = { subject: "CN=localhost", usage: "serverAuth" } as const;
  const { certificate, key } = await mock.issueClientCertificate(request);
  let requests = 0;
  const server = createServer(
    {
      ...{ cert: certificate, key, ca: mock.ca, requestCert: true, rejectUnauthorized: true },
      ...{ minVersion: version, maxVersion: version },
    },
    (_request, response) => {
      requests++;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ access_token: "strict", token_type: "Bearer", expires_in: 60 }),
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return {
    tokenServiceUrl: `https://localhost:${port}/oauth2/token`,
    get requests() {
      return requests;
    },
  };
}
