import { X509Certificate } from "node:crypto";
import { exportJWK, importX509 } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import type { ClientRegistration } from "../clients/clients.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { CertificatePair } from "./certificate-authority.ts";

const byName = (clientId: string, name: object): ClientRegistration => ({
  clientId,
  authentication: "tls_client_auth",
  ...name,
});

let mock: MockSts;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [
      byName("dns", { sanDns: "Agent.example" }),
      byName("uri", { sanUri: "spiffe://mock/agent" }),
      byName("ip", { sanIp: "2001:db8::1" }),
      byName("ip4", { sanIp: "192.0.2.1" }),
      byName("email", { sanEmail: "agent@Example.org" }),
      byName("dn", { subjectDn: "CN=agent" }),
    ],
  });
});
afterAll(() => mock.close());

/** Requests a token with a certificate: the claims have a thumbprint if the certificate is valid. */
async function outcome(clientId: string, pair: CertificatePair | null, of = mock) {
  await using agent = new TestAgent(of, pair);
  const form = { grant_type: "client_credentials", client_id: clientId };
  const { status, body } = await agent.requestToken(form);
  return status === 200 ? 200 : [status, body.error];
}

const refused = [401, "invalid_client"];
const everyName = {
  subject: "CN=agent",
  hosts: ["agent.EXAMPLE", "2001:DB8:0:0:0:0:0:1", "192.0.2.1"],
  uris: ["spiffe://mock/agent"],
  emails: ["agent@example.ORG"],
};

describe("names of client certificates (RFC 8705 §2.1.2)", () => {
  it.each(["dns", "uri", "ip", "ip4", "email", "dn"])(
    "[8705-2] know a client by its %s, and trust none but the authority",
    async (clientId) => {
      expect(await outcome(clientId, await mock.issueClientCertificate(everyName))).toBe(200);
      const rogue = await mock.issueClientCertificate({ ...everyName, rogue: true });
      expect(await outcome(clientId, rogue)).toEqual(refused);
      const selfSigned = await mock.issueClientCertificate({ ...everyName, selfSigned: true });
      expect(await outcome(clientId, selfSigned)).toEqual(refused);
    },
  );

  it.each([
    ["dns", { hosts: ["a.agent.example"] }],
    ["dns", { subject: "CN=agent.example" }],
    ["uri", { uris: ["spiffe://mock/Agent"] }],
    ["ip", { hosts: ["2001:db8::2"] }],
    ["email", { emails: ["Agent@example.org"] }],
    // The right text, as a name of another kind.
    ["uri", { hosts: ["spiffe"], emails: ["a@spiffe"] }],
  ])("[8705-2] refuse another name: %s %j", async (clientId, names) => {
    const pair = await mock.issueClientCertificate({ subject: "CN=other", ...names });
    expect(await outcome(clientId, pair)).toEqual(refused);
  });

  it.each([
    ["none", {}],
    ["two", { subjectDn: "CN=a", sanDns: "a" }],
    ["a blank one", { sanUri: " " }],
  ])("[8705-3] must be exactly one: with %s the mock does not start", async (_what, names) => {
    await expect(startMockSts({ clients: [byName("x", names)] })).rejects.toThrow(
      /client "x": (it needs exactly one of "subjectDn"|"sanUri" must be)/,
    );
  });
});

describe("self-signed client certificates (RFC 8705 §2.2)", () => {
  const dayMs = 86_400_000;
  const selfSigned = (notAfter?: number) =>
    mock.issueClientCertificate({ selfSigned: true, ...(notAfter !== undefined && { notAfter }) });
  const keyOf = async ({ certificate }: CertificatePair) =>
    exportJWK(await importX509(certificate, "ES256", { extractable: true }));
  const x5cOf = ({ certificate }: CertificatePair) => [
    new X509Certificate(certificate).raw.toString("base64"),
  ];

  it("[8705-5] are known by the key or the certificate that is registered, each of several", async () => {
    const [byKey, byCertificate, stranger] = await Promise.all([1, 2, 3].map(() => selfSigned()));
    if (!(byKey && byCertificate && stranger)) throw new Error("no certificates");
    const keys = [
      await keyOf(byKey),
      // The certificate counts, not the key in the file: here it is another key.
      { ...(await keyOf(stranger)), x5c: x5cOf(byCertificate) },
    ];
    await using own = await startMockSts({
      clients: [
        { clientId: "self", authentication: "self_signed_tls_client_auth", jwks: { keys } },
      ],
    });
    expect(await outcome("self", byKey, own)).toBe(200);
    expect(await outcome("self", byCertificate, own)).toBe(200);
    expect(await outcome("self", stranger, own)).toEqual(refused);
    expect(await outcome("self", null, own)).toEqual(refused);
    own.controls.clockOffsetMs = 8 * dayMs;
    expect(await outcome("self", byKey, own)).toEqual(refused);
  });

  it("[8705-3] need registered keys and no name", async () => {
    const self = { clientId: "x", authentication: "self_signed_tls_client_auth" } as const;
    await expect(startMockSts({ clients: [self] })).rejects.toThrow(/"x".*needs a "jwks"/);
    const named = { ...self, jwks: { keys: [] }, sanDns: "a" };
    await expect(startMockSts({ clients: [named] })).rejects.toThrow(/"x".*"sanDns"/);
  });
});

describe("a certificate in a header (RFC 9440)", () => {
  const post = async (of: MockSts, headers: Record<string, string>) => {
    await using agent = new TestAgent(of, null);
    return (await agent.requestToken(CLIENT_CREDENTIALS_FORM, { headers })).status;
  };
  const spellings = ({ clientCertificate: { certificate } }: MockSts) => {
    const der = new X509Certificate(certificate).raw.toString("base64");
    return { pem: encodeURIComponent(certificate), rfc9440: `:${der}:`, der };
  };

  it("[8705-15] counts for nothing unless a proxy is said to write it", async () => {
    for (const value of Object.values(spellings(mock))) {
      for (const name of ["Client-Cert", "X-Forwarded-Client-Cert", "X-SSL-Cert"]) {
        expect(await post(mock, { [name]: value })).toBe(401);
      }
    }
  });

  it("[8705-15] counts in every spelling if it is, and the connection's own does not", async () => {
    const header = { clientCertificateHeader: "Client-Cert" };
    await using behind = await startMockSts({ ...header, insecureHttp: true });
    for (const value of Object.values(spellings(behind))) {
      expect(await post(behind, { "Client-Cert": value })).toBe(200);
    }
    expect(await post(behind, { "Client-Cert": "nonsense" })).toBe(401);
    expect(await post(behind, {})).toBe(401);
    await using direct = await startMockSts(header);
    expect(await outcome(direct.clientId, direct.clientCertificate, direct)).toEqual(refused);
  });
});
