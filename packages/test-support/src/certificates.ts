// The certificate library's dependency injection reads this polyfill while it loads.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIPv4 } from "node:net";
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

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const ED25519 = { name: "Ed25519" };

/** Which key a test certificate has. */
export const KEY_ALGORITHMS = { ec: EC, rsa: RSA, ed25519: ED25519 } as const;

/** A certificate and its key, both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that lives as long as a test file. */
export interface TestAuthority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  issue(options?: IssueOptions): Promise<CertificatePair>;
}

/** What a certificate is issued for. */
export interface IssueOptions {
  /** Default `"client"`. */
  readonly name?: string;
  /** A name or an IPv4 address. Default 127.0.0.1 and localhost. */
  readonly host?: string;
  /** Default `"client"`. */
  readonly usage?: "server" | "client";
  /** Default `"ec"`. */
  readonly key?: keyof typeof KEY_ALGORITHMS;
  /** Size of an RSA key; default 2048. */
  readonly modulusLength?: number;
  /** Default an hour ago. */
  readonly notBefore?: Date;
  /** Default in an hour. */
  readonly notAfter?: Date;
}

const HOUR_MS = 3_600_000;

/** Makes an authority whose certificates pass strict verification for 127.0.0.1 and localhost. */
export async function createTestAuthority(name = "Test authority"): Promise<TestAuthority> {
  const keys = await generateKeys(EC);
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: EC,
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + HOUR_MS),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue = async (options: IssueOptions = {}): Promise<CertificatePair> => {
    const own = await generateKeys({
      ...KEY_ALGORITHMS[options.key ?? "ec"],
      ...(options.modulusLength && { modulusLength: options.modulusLength }),
    });
    const usage = options.usage === "server" ? "serverAuth" : "clientAuth";
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${options.name ?? "client"}`,
      issuer: root.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: EC,
      notBefore: options.notBefore ?? new Date(Date.now() - HOUR_MS),
      notAfter: options.notAfter ?? new Date(Date.now() + HOUR_MS),
      extensions: [
        new BasicConstraintsExtension(false),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]]),
        new SubjectAlternativeNameExtension(namesOf(options.host)),
        await SubjectKeyIdentifierExtension.create(own.publicKey),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
    return {
      certificate: `${certificate.toString("pem")}\n`,
      key: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
    };
  };
  return { certificate: root.toString("pem"), issue };
}

const shared = await createTestAuthority();

/** The certificate of the authority that a test file shares, PEM. */
export const authority: string = shared.certificate;

/**
 * Issues a certificate of the shared authority for 127.0.0.1, not for localhost. It is valid for an hour around now, or
 * between other offsets to now in milliseconds.
 */
export function issueCertificate(
  usage: "clientAuth" | "serverAuth",
  { notBefore = -HOUR_MS, notAfter = HOUR_MS }: { notBefore?: number; notAfter?: number } = {},
): Promise<CertificatePair> {
  return shared.issue({
    host: "127.0.0.1",
    usage: usage === "serverAuth" ? "server" : "client",
    notBefore: new Date(Date.now() + notBefore),
    notAfter: new Date(Date.now() + notAfter),
  });
}

function namesOf(host: string | undefined): { type: "ip" | "dns"; value: string }[] {
  if (host !== undefined) return [{ type: isIPv4(host) ? "ip" : "dns", value: host }];
  return [
    { type: "ip", value: "127.0.0.1" },
    { type: "dns", value: "localhost" },
  ];
}

async function generateKeys(algorithm: (typeof KEY_ALGORITHMS)[keyof typeof KEY_ALGORITHMS]) {
  return (await webcrypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
}
