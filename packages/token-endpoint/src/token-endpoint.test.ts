import { describe, expect, it } from "vitest";
import { tlsClientAuth } from "./client-authentication.ts";
import { createClientCertificate } from "./client-certificate.ts";
import { clientCredentialsSource } from "./client-credentials-source.ts";
import { jwtBearerSource } from "./jwt-bearer-source.ts";
import { authority, startTestServer } from "./test-server.test-support.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";

describe("createTokenEndpoint", () => {
  it("gets system and user tokens over one connection that presents the certificate", async () => {
    const server = await startTestServer();
    const certificate = createClientCertificate(await authority.issue());
    const endpoint = createTokenEndpoint({
      tokenEndpoint: server.url,
      clientId: "agent",
      ca: authority.certificate,
      clientAuthentication: tlsClientAuth(certificate),
    });
    const system = await clientCredentialsSource(endpoint).getToken();
    const user = await jwtBearerSource(endpoint).getToken({ subjectToken: "Bearer user-token" });
    expect([system.token, user.token]).toEqual(["token-1", "token-2"]);
    expect(system.confirmation).toEqual({ x5tS256: server.requests[0]?.thumbprint });
    expect(server.requests[1]?.form.get("assertion")).toBe("user-token");
    expect(server.connections).toBe(1);
    await endpoint.close();
    await server.close();
  });
});
