// The certificate library's dependency injection reads this polyfill while it loads.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;

/** A certificate and its key, both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

const keys = await generateKeys();
const root = await X509CertificateGenerator.createSelfSigned({
  name: "CN=Test authority",
  keys,
  signingAlgorithm: algorithm,
  notBefore: new Date(Date.now() - HOUR_MS),
  notAfter: new Date(Date.now() + HOUR_MS),
  extensions: [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ],
});

/** The authority that issues all certificates of one test file, PEM. */
export const authority: string = root.toString("pem");

/** Issues a certificate for an hour around now, or another time. */
export async function issueCertificate(
  usage: "clientAuth" | "serverAuth",
  { notBefore = -HOUR_MS, notAfter = HOUR_MS }: { notBefore?: number; notAfter?: number } = {},
): Promise<CertificatePair> {
  const own = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: "CN=test",
    issuer: root.subject,
    publicKey: own.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() + notBefore),
    notAfter: new Date(Date.now() + notAfter),
    extensions: [
      new BasicConstraintsExtension(false),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]]),
      new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]),
      await SubjectKeyIdentifierExtension.create(own.publicKey),
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
  return {
    certificate: certificate.toString("pem"),
    key: PemConverter.encode(key, "PRIVATE KEY"),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
