import { createServer } from "node:https";
import type { SecureVersion } from "node:tls";
import type { MockSts } from "@agent-oauth/mock-sts";
import { listenUntilTestEnds, serverIdentity } from "./server.test-support.ts";

/**
 * Starts a server of the mock's authority that refuses clients without a good certificate in the handshake already, in
 * one TLS version only. It answers with a token, and counts its requests; it ends with the test.
 */
export async function openStrictServer(mock: MockSts, version: SecureVersion) {
  let requests = 0;
  const server = createServer(
    {
      ...(await serverIdentity(mock)),
      ca: mock.ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: version,
      maxVersion: version,
    },
    (_request, response) => {
      requests++;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ access_token: "strict", token_type: "Bearer", expires_in: 60 }),
      );
    },
  );
  const port = await listenUntilTestEnds(server);
  return {
    tokenServiceUrl: `https://localhost:${port}/oauth2/token`,
    get requests() {
      return requests;
    },
  };
}
