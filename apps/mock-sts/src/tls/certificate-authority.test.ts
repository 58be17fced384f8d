import "reflect-metadata";
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
  SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type CertificateAuthority,
  type CertificateRequest,
  createCertificateAuthority,
} from "./certificate-authority.ts";
import { certificateSubject } from "./certificate-identity.ts";
import { parseDistinguishedName, sameDistinguishedName } from "./distinguished-name.ts";

const request: CertificateRequest = {
  subject: "CN=agent,O=Test",
  usage: "clientAuth",
  notBefore: Date.parse("2026-01-01T00:00:00Z"),
  notAfter: Date.parse("2026-01-08T00:00:00Z"),
};

describe("createCertificateAuthority", () => {
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await createCertificateAuthority("CN=Root,O=Test");
  });

  it("makes a root that says so, critically, and may sign certificates only", () => {
    const root = new ParsedCertificate(authority.certificate);
    expect(root.getExtension(BasicConstraintsExtension)).toMatchObject({
      ca: true,
      critical: true,
    });
    const usages = root.getExtension(KeyUsagesExtension);
    expect(usages?.critical).toBe(true);
    expect(usages?.usages).toBe(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign);
    expect(root.getExtension(SubjectKeyIdentifierExtension)?.keyId).toMatch(/^[0-9a-f]{40}$/);
  });

  it("links a certificate to the root by signature, name and key identifier", async () => {
    const { certificate } = await authority.issue(request);
    const root = new X509Certificate(authority.certificate);
    const leaf = new X509Certificate(certificate);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(
      new ParsedCertificate(certificate).getExtension(AuthorityKeyIdentifierExtension)?.keyId,
    ).toBe(
      new ParsedCertificate(authority.certificate).getExtension(SubjectKeyIdentifierExtension)
        ?.keyId,
    );
  });

  it("marks a client certificate as an end entity for digital signatures by TLS clients", async () => {
    const { certificate } = await authority.issue(request);
    const leaf = new ParsedCertificate(certificate);
    expect(leaf.getExtension(BasicConstraintsExtension)).toMatchObject({ ca: false });
    expect(leaf.getExtension(KeyUsagesExtension)?.usages).toBe(KeyUsageFlags.digitalSignature);
    expect(leaf.getExtension(ExtendedKeyUsageExtension)?.usages).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(leaf.notBefore.getTime()).toBe(request.notBefore);
    expect(leaf.notAfter.getTime()).toBe(request.notAfter);
  });

  it("names hosts and addresses in a server certificate", async () => {
    const { certificate } = await authority.issue({
      ...request,
      usage: "serverAuth",
      hosts: ["localhost", "127.0.0.1"],
    });
    expect(new X509Certificate(certificate).subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1",
    );
  });

  it("hands out the key that belongs to the certificate", async () => {
    const { certificate, key } = await authority.issue(request);
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  it.each([
    "CN=a\\, b,OU=x+UID=7,O=c",
    "CN=Müller,C=DE",
    "UID=1,DC=example,DC=org",
    'CN=\\#1 \\"a\\\\b\\"',
  ])("stores the subject %s so that it reads back the same", async (subject) => {
    const { certificate } = await authority.issue({ ...request, subject });
    const stored = certificateSubject(new X509Certificate(certificate));
    expect(sameDistinguishedName(stored, parseDistinguishedName(subject))).toBe(true);
  });
});
