import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type CertificateAuthority, createCertificateAuthority } from "./certificate-authority.ts";
import { distrustReason } from "./client-certificate.ts";

const startMs = Date.parse("2026-01-01T00:00:00Z");
const endMs = Date.parse("2026-01-08T00:00:00Z");

let issuer: CertificateAuthority;
let authority: X509Certificate;
beforeAll(async () => {
  issuer = await createCertificateAuthority("CN=Root,O=Test");
  authority = new X509Certificate(issuer.certificate);
});

async function certificate(usage: "clientAuth" | "serverAuth" = "clientAuth") {
  const request = { subject: "CN=a", usage, notBefore: startMs, notAfter: endMs };
  return new X509Certificate((await issuer.issue(request)).certificate);
}

describe("distrustReason (RFC 8705 §2.1)", () => {
  it("trusts a certificate from its first second to its last", async () => {
    const leaf = await certificate();
    const reasonAt = (now: number) => distrustReason(leaf, { authority, now });
    expect(reasonAt(startMs - 1)).toMatch(/not yet valid/);
    expect(reasonAt(startMs)).toBeUndefined();
    expect(reasonAt(endMs)).toBeUndefined();
    expect(reasonAt(endMs + 1)).toMatch(/expired/);
  });

  it("does not trust the authority's own certificate as a client's", () => {
    expect(distrustReason(authority, { authority, now: Date.now() })).toMatch(/an authority's/);
  });

  it("does not trust a server's certificate", async () => {
    const server = await certificate("serverAuth");
    expect(distrustReason(server, { authority, now: startMs })).toMatch(
      /not meant for TLS clients/,
    );
  });

  it("does not trust the certificate of an authority of the same name", async () => {
    const rogue = await createCertificateAuthority("CN=Root,O=Test");
    const trust = { authority: new X509Certificate(rogue.certificate), now: startMs };
    expect(distrustReason(await certificate(), trust)).toMatch(/not issued by the trusted/);
  });
});
