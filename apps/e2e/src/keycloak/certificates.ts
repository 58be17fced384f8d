// The certificate library's dependency injection reads this polyfill while it loads.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its key, both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** An authority for one run of the tests. */
export interface CertificateAuthority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /** Issues a certificate to a subject (an RFC 4514 name), for a server at localhost or for a client. */
  issue(subject: string, usage: "clientAuth" | "serverAuth"): Promise<CertificatePair>;
}

const signingAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;

/** Makes an authority whose certificates are valid for an hour around now. */
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const validity = {
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
  };
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: "CN=Test authority",
    keys,
    signingAlgorithm,
    ...validity,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    certificate: root.toString("pem"),
    async issue(subject, usage) {
      const { publicKey, privateKey } = await generateKeys();
      const certificate = await X509CertificateGenerator.create({
        // A certificate stores the parts in the opposite order of RFC 4514's string.
        subject: subject.split(",").reverse().join(","),
        issuer: root.subject,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm,
        ...validity,
        extensions: [
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]]),
          new SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", privateKey);
      return {
        certificate: certificate.toString("pem"),
        key: PemConverter.encode(key, "PRIVATE KEY"),
      };
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signingAlgorithm, true, ["sign", "verify"]);
}
