import { inspect } from "node:util";
import { KEY_ALGORITHMS } from "@agent-oauth/test-support/certificates";
import { describe, expect, it } from "vitest";
import { createClientCertificate } from "../http/client-certificate.ts";
import {
  authority,
  CLIENT_CREDENTIALS,
  type SeenRequest,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "./client-authentication.ts";

const SECRET = "s:e%c+r/e t&ü-sentinel";
const pair = await authority.issue();

describe("client authentication", () => {
  const certificate = createClientCertificate(pair);
  it.each([
    [noClientAuthentication(), { client_id: "a:b/c+d" }, undefined, undefined],
    [
      clientSecretPost(SECRET),
      { client_id: "a:b/c+d", client_secret: SECRET },
      undefined,
      undefined,
    ],
    [clientSecretBasic(SECRET), {}, "a:b/c+d", undefined],
    [tlsClientAuth(certificate), { client_id: "a:b/c+d" }, undefined, certificate.thumbprint],
  ] as [ClientAuthentication, object, string | undefined, string | undefined][])(
    "authenticates in one way: $method",
    async (clientAuthentication, fields, basicUser, thumbprint) => {
      const server = await startTestServer();
      const endpoint = testEndpoint(server, { clientId: "a:b/c+d", clientAuthentication });
      await endpoint.request(CLIENT_CREDENTIALS);
      const [request] = server.requests as [SeenRequest];
      expect(Object.fromEntries(request.form)).toEqual({
        grant_type: "client_credentials",
        ...fields,
      });
      expect(basicCredentials(request)).toEqual(basicUser && [basicUser, SECRET]);
      expect(request.thumbprint).toBe(thumbprint);
    },
  );

  it("leaves alone what servers that do not decode would compare as it is", async () => {
    const server = await startTestServer();
    const clientAuthentication = clientSecretBasic("s3cret.of-the_agent");
    const endpoint = testEndpoint(server, { clientId: "my-agent_1.x", clientAuthentication });
    await endpoint.request(CLIENT_CREDENTIALS);
    const encoded = server.requests[0]?.headers.authorization?.replace("Basic ", "") ?? "";
    expect(atob(encoded)).toBe("my-agent_1.x:s3cret.of-the_agent");
  });

  it("sends a space as a form has it", async () => {
    const server = await startTestServer();
    const clientAuthentication = clientSecretBasic("a b+c");
    await testEndpoint(server, { clientId: "my agent", clientAuthentication }).request(
      CLIENT_CREDENTIALS,
    );
    const encoded = server.requests[0]?.headers.authorization?.replace("Basic ", "") ?? "";
    expect(atob(encoded)).toBe("my+agent:a+b%2Bc");
  });

  it.each(Object.keys(KEY_ALGORITHMS) as (keyof typeof KEY_ALGORITHMS)[])(
    "completes the handshake with an %s key where the server verifies it",
    async (key) => {
      const server = await startTestServer(undefined, { rejectUnauthorized: true });
      const issued = createClientCertificate(await authority.issue({ key }));
      const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(issued) });
      const answer = await endpoint.request(CLIENT_CREDENTIALS);
      expect(answer.confirmation).toEqual({ x5tS256: server.requests[0]?.thumbprint });
      expect(server.requests[0]?.thumbprint).toBe(issued.thumbprint);
    },
  );

  it.each([clientSecretPost, clientSecretBasic])("shows no secret: %o", (make) => {
    const shown = inspect(make(SECRET), { depth: null, showHidden: true });
    expect(shown).not.toContain("sentinel");
  });

  it.each([undefined, "", "  ", 7])("refuses the secret %j", (secret) => {
    expect(() => clientSecretPost(secret as string)).toThrow(TypeError);
    expect(() => clientSecretBasic(secret as string)).toThrow(/"secret"/);
  });

  it("refuses a certificate whose key it could not have", () => {
    const foreign = { thumbprint: "", expiresAt: 0, replace: () => false };
    expect(() => tlsClientAuth(foreign)).toThrow(/"certificate".*createClientCertificate/);
  });
});

/** Decodes as RFC 6749 appendix B says: base64, then split, then form-decode. */
function basicCredentials({ headers }: SeenRequest): string[] | undefined {
  const encoded = headers.authorization?.replace("Basic ", "");
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, "base64")
    .toString()
    .split(":")
    .map((part) => new URLSearchParams(`x=${part}`).get("x") ?? "");
}
